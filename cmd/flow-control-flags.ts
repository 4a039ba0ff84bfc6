import { type Command, Option } from "commander";
import { DEFAULT_FLOW_CONTROL, type FlowControlOptions } from "../apiserver/flow-control/options.ts";
import { switchOption } from "./switch-option.ts";

export interface FlowControlValues {
  enablePriorityAndFairness: boolean;
  maxRequestsInflight: string;
  maxMutatingRequestsInflight: string;
}

const { priorityAndFairness, reading, writing } = DEFAULT_FLOW_CONTROL;

export function flowControlOptions(command: Command): Command {
  const number = (name: string, description: string, value: number) =>
    new Option(`--${name} <number>`, description).default(String(value), String(value));
  return command
    .addOption(
      switchOption(
        "enable-priority-and-fairness",
        "put requests that are too many in fair queues, by flow schema and priority level; without, refuse them",
        priorityAndFairness,
      ),
    )
    .addOption(
      number("max-requests-inflight", "seats of all priority levels, with those of the next; without them, requests that read", reading),
    )
    .addOption(number("max-mutating-requests-inflight", "the same of requests that write", writing));
}

/** @param integer reads a number of a flag, from 0 to a maximum */
export function flowControlFlags(
  { enablePriorityAndFairness, maxRequestsInflight, maxMutatingRequestsInflight }: FlowControlValues,
  integer: (flag: string, text: string, max: number) => number,
  errors: string[],
): FlowControlOptions {
  const reading = integer("--max-requests-inflight", maxRequestsInflight, 1_000_000);
  const writing = integer("--max-mutating-requests-inflight", maxMutatingRequestsInflight, 1_000_000);
  if (enablePriorityAndFairness && reading + writing === 0) {
    errors.push("--max-requests-inflight and --max-mutating-requests-inflight: there have to be seats for --enable-priority-and-fairness");
  }
  return { priorityAndFairness: enablePriorityAndFairness, reading, writing };
}
