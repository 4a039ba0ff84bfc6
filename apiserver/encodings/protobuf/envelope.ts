/** What every body in Kubernetes' protobuf begins with: `k8s\0`. */
export const PREFIX: readonly number[] = [0x6b, 0x38, 0x73, 0x00];
