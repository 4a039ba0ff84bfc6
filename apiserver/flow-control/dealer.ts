import { createHash } from "node:crypto";

/**
 * Deals a flow its hand: some of the queues of a level, by the hash of its name, so that two flows hardly ever have the same ones
 * (k8s.io/apiserver, pkg/util/shufflesharding). The same flow is dealt the same hand by every server.
 */
export function dealHand(flow: string, queues: number, handSize: number): number[] {
  let left = createHash("sha256").update(flow).digest().readBigUInt64LE();
  const remainders: number[] = [];
  for (let i = 0; i < handSize; i++) {
    const cards = BigInt(queues - i);
    remainders.push(Number(left % cards));
    left /= cards;
  }
  return remainders.map((remainder, i) => {
    // the place among the cards that have not been dealt yet
    let card = remainder;
    for (let j = i; j > 0; j--) if (card >= (remainders[j - 1] as number)) card++;
    return card;
  });
}
