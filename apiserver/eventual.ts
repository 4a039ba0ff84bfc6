/** A value that is there, or will be. Most requests wait for nothing, and those do not pay for a promise at every step. */
export type Eventual<T> = T | Promise<T>;

/** Goes on with a value: at once when it is there, so that what `next` throws is thrown here. */
export function whenThere<T, R>(value: Eventual<T>, next: (value: T) => Eventual<R>): Eventual<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}
