/*
 * Builds the program and becomes it, so that a signal to `npm start` reaches the server and nothing stays behind.
 */
import "./build.mjs";

await import(new URL("../dist/datum-apiserver.mjs", import.meta.url));
