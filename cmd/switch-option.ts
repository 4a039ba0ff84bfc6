import { InvalidArgumentError, Option } from "commander";

/** A flag that is on or off, as Go reads them: `--anonymous-auth`, `--anonymous-auth=false`. */
export const switchOption = (name: string, description: string, value?: boolean): Option =>
  new Option(`--${name} [bool]`, description)
    .preset("true")
    .argParser(readBoolean)
    .default(value, value === undefined ? undefined : String(value));

function readBoolean(text: string): boolean {
  if (/^(1|t|true)$/i.test(text)) return true;
  if (/^(0|f|false)$/i.test(text)) return false;
  throw new InvalidArgumentError("it has to be true or false.");
}
