import type { AdmissionPlugin, Attributes } from "./admission.ts";

/** The plug-ins in their order: all that may change the object, then all that may only refuse it. */
export class AdmissionChain {
  readonly #admit: readonly AdmissionPlugin[];
  readonly #validate: readonly AdmissionPlugin[];

  constructor(plugins: readonly AdmissionPlugin[]) {
    this.#admit = plugins.filter((plugin) => plugin.admit !== undefined);
    this.#validate = plugins.filter((plugin) => plugin.validate !== undefined);
  }

  async admit(attributes: Attributes): Promise<void> {
    for (const plugin of this.#admit) await plugin.admit?.(attributes);
  }

  async validate(attributes: Attributes): Promise<void> {
    for (const plugin of this.#validate) await plugin.validate?.(attributes);
  }
}
