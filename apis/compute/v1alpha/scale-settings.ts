import { int32, list, object, optional, quantity, string } from "../../typed-schema.ts";

const metric = object("One measure to scale by.", {
  resource: optional(
    object("Use of a resource.", {
      name: string("The resource, such as `cpu`."),
      target: object("The use to aim for; one of the three.", {
        value: optional(quantity("Use of all instances together.")),
        averageValue: optional(quantity("Use per instance.")),
        averageUtilization: optional(int32("Use per instance, in percent of what it requested.")),
      }),
    }),
  ),
});

export const scaleSettings = object("How many instances, and how their number changes.", {
  minReplicas: int32("The least number of instances."),
  maxReplicas: optional(int32("The greatest number of instances; needs `metrics`.")),
  metrics: optional(list("What the number follows, between the least and the greatest.", metric)),
  instanceManagementPolicy: string("`OrderedReady`: instances start one after the other, each when the one before is ready.", {
    default: "OrderedReady",
  }),
});
