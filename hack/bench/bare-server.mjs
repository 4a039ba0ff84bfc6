/*
 * The least that a Node server can do: TLS with client certificates, and bytes from memory for each path. What ours costs more than this is
 * what an API server costs. Plain JavaScript, so that nothing is loaded or kept in memory to translate it.
 *
 *     node bare-server.mjs configuration.json
 */
import { readFileSync } from "node:fs";
import { createSecureServer } from "node:http2";
import { createServer } from "node:https";

const { pki, ports, answers } = JSON.parse(readFileSync(process.argv[2], "utf8"));
for (const answer of Object.values(answers)) answer.body = Buffer.from(answer.body, "base64");

const tls = {
  key: readFileSync(`${pki}/apiserver.key`),
  cert: readFileSync(`${pki}/apiserver.crt`),
  ca: readFileSync(`${pki}/ca.crt`),
  requestCert: true,
};
const streams = new Set();

function answerTo(target) {
  const mark = target.indexOf("?");
  return answers[mark < 0 ? target : target.slice(0, mark)];
}

const http1 = createServer({ ...tls, keepAliveTimeout: 90_000 }, (request, response) => {
  const answer = answerTo(request.url);
  const send = () => {
    response.writeHead(answer.status, answer.headers);
    if (!answer.stream) response.end(answer.body);
    else {
      response.flushHeaders();
      streams.add(response);
      response.once("close", () => streams.delete(response));
    }
  };
  if (request.method === "GET") send();
  else request.resume().once("end", send);
});

const http2 = createSecureServer({ ...tls, settings: { maxConcurrentStreams: 1_000, initialWindowSize: 256 * 1024 } });
http2.on("stream", (stream, headers) => {
  const answer = answerTo(headers[":path"]);
  stream.on("error", () => {});
  const send = () => {
    stream.respond({ ":status": answer.status, ...answer.headers });
    if (!answer.stream) stream.end(answer.body);
    else {
      streams.add(stream);
      stream.once("close", () => streams.delete(stream));
    }
  };
  if (headers[":method"] === "GET") send();
  else stream.resume().once("end", send);
});

process.on("message", (bytes) => {
  for (const stream of streams) stream.write(bytes);
});

let listening = 0;
for (const [server, port] of [
  [http1, ports["HTTP/1.1"]],
  [http2, ports["HTTP/2"]],
]) {
  server.listen(port, "127.0.0.1", () => {
    if (++listening === 2) process.send("listening");
  });
}
