/* Files on their way to the server: they are sent one after the other whatever view is shown, as long as the page stays.

   A file is queued, sending, waiting (for the parser), parsing, done or failed. */
import { ask, read } from "./dom.js";

const AGAIN_MS = 1000, SILENCE = 10;  // looks without an answer until the server counts as gone
const items = [], watchers = new Set();
let request = null, sending = false, looking = false;

export const queue = {
  items,
  get left() { return items.filter((item) => !over(item)).length; },
};

export const over = (item) => item.state === "done" || item.state === "failed";
export const fileOf = (id) => items.find((item) => item.id === id)?.file;

/* Calls `told` now and after every change; returns what ends that. */
export function watchQueue(told) {
  watchers.add(told);
  told(queue);
  return () => watchers.delete(told);
}

function change(item, values) {
  Object.assign(item, values);
  for (const told of watchers) told(queue);
}

/* Takes files, with the classes to look for; `limits` are the server's. Returns what became of each. */
export function enqueue(files, events, limits) {
  const added = [];
  for (const file of files) {
    const item = { file, name: file.name, events, limits, state: "queued", fraction: 0, error: null, id: null, clip: null };
    if (file.size > limits.bytes) {
      const [has, most] = [file.size, limits.bytes].map((bytes) => Math.round(bytes / 1e6));
      Object.assign(item, { state: "failed", error: `The file has ${has} MB; at most ${most} MB are taken here.` });
    }
    items.push(item);
    added.push(item);
  }
  for (const told of watchers) told(queue);
  send();
  return added;
}

export function again(item) {
  change(item, { state: "queued", fraction: 0, error: null, id: null });
  send();
}

/* Takes out what the server does not have yet. */
export function cancel() {
  for (const item of items.filter((one) => one.state === "queued")) items.splice(items.indexOf(item), 1);
  if (request) request.abort();
  for (const told of watchers) told(queue);
}

const pause = () => new Promise((done) => setTimeout(done, AGAIN_MS));
const there = () => items.filter((item) => item.state === "waiting" || item.state === "parsing");

async function send() {
  if (sending) return;
  sending = true;
  for (let item = next(); item; item = next()) {
    if (there().length >= item.limits.waiting) await pause();  // the server would take no more
    else await post(item);
  }
  sending = false;
}

const next = () => items.find((item) => item.state === "queued");

function post(item) {
  return new Promise((done) => {
    change(item, { state: "sending" });
    request = new XMLHttpRequest();  // fetch does not say how much is sent
    request.open("POST", `/api/uploads?${new URLSearchParams({ name: item.name, events: item.events })}`);
    request.setRequestHeader("X-Seehear", "1");
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.addEventListener("progress", (e) => change(item, { fraction: e.lengthComputable ? e.loaded / e.total : 0 }));
    request.addEventListener("error", () => change(item, { state: "failed", error: "The upload broke off." }));
    request.addEventListener("abort", () => change(item, { state: "failed", error: "Cancelled." }));
    request.addEventListener("load", () => {
      try {
        const { status } = request;
        if (status === 429) change(item, { state: "queued", fraction: 0 });  // others upload too
        else change(item, { ...read(status, request.responseText), timeline: null, fraction: 0 });
      } catch (error) {
        change(item, { state: "failed", error: error.message });
      }
    });
    request.addEventListener("loadend", () => {
      request = null;
      look();
      if (item.state === "queued") pause().then(done);
      else done();
    });
    request.send(item.file);
  });
}

/* Asks how far the server is while it has something of ours. */
async function look() {
  if (looking) return;
  looking = true;
  for (let silent = 0; there().length;) {
    const asked = there();
    try {
      const states = await ask(`/api/uploads?${new URLSearchParams(asked.map((item) => ["id", item.id]))}`);
      silent = 0;
      for (const item of asked) change(item, states[item.id] || { state: "failed", error: "The server no longer knows it." });
    } catch {
      silent += 1;
      if (silent >= SILENCE) for (const item of asked) change(item, { state: "failed", error: "The server does not answer." });
    }
    if (there().length) await pause();
  }
  looking = false;
}

addEventListener("beforeunload", (event) => {
  if (items.some((item) => item.state === "queued" || item.state === "sending")) event.preventDefault();
});
