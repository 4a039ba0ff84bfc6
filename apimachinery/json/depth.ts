/**
 * How deep objects and lists may nest that come from outside: bodies, patches and what patches make. Kubernetes stops at 10,000 levels.
 * Everything that works on an object recurses over it and would overflow the stack before that; where that happens while a regular
 * expression is compiled, V8 ends the process. No kind comes near.
 */
export const MAX_DEPTH = 500;

/**
 * The same for what this server has written itself: what was let in has to be readable for ever. Field ownership repeats an object's nesting
 * within the object, some levels further down.
 */
export const MAX_STORED_DEPTH = 2 * MAX_DEPTH;
