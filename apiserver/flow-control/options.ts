/** How many requests are served at a time; 0: any number. */
export interface InFlightLimits {
  readonly reading: number;
  readonly writing: number;
}

export interface FlowControlOptions extends InFlightLimits {
  /** On: both limits together are the seats of the priority levels. */
  readonly priorityAndFairness: boolean;
}

/** Those of kube-apiserver. */
export const DEFAULT_FLOW_CONTROL: FlowControlOptions = { priorityAndFairness: true, reading: 400, writing: 200 };
