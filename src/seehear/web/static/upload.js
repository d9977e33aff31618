/* Upload one video and watch its lanes fill while it is parsed. */
import { count, make, problem, read, toClip, link, warnings } from "./dom.js";
import { classes, mediaElement } from "./clip.js";

const local = new Map();  // upload id -> object URL of the file, so that it plays before it is in the library

export function showForm(root, library) {
  const file = make("input", "");
  file.type = "file";
  file.accept = "video/*,audio/*,.mkv,.mts,.m2ts,.mxf";
  file.id = "file";
  const events = make("input", "");
  events.type = "text";
  events.id = "events";
  events.maxLength = 5000;
  events.spellcheck = false;
  events.placeholder = library.classes.length ? library.classes.slice(0, 4).join(", ") + ", …" : "the classes of this server";
  const send = make("button", "primary", "Upload and parse");
  send.type = "submit";
  const limits = library.limits;
  const note = `Up to ${Math.round(limits.bytes / 1e6)} MB and ${Math.round(limits.duration_s / 60)} min. `
    + "The video stays on the machine that serves this page.";
  const label = make("label", "drop", make("b", "", "Choose a video"), make("span", "muted", " or drop one here"), make("span", "chosen"), file);
  const words = make("label", "field", make("span", "", "Look for ", make("span", "muted", "(optional, with commas between)")), events);
  words.hidden = !library.open_vocabulary;
  const bar = make("progress", "");
  bar.max = 1;
  bar.hidden = true;
  const form = make("form", "card upload", label, words, make("p", "muted", note), bar, make("div", "", send));
  const place = make("div", "");
  root.replaceChildren(make("div", "page narrow", make("h1", "", "Upload a video"), place, form));

  const chosen = () => { label.querySelector(".chosen").textContent = file.files.length ? file.files[0].name : ""; };
  file.addEventListener("change", chosen);
  for (const name of ["dragover", "dragleave", "drop"]) {
    label.addEventListener(name, (event) => {
      event.preventDefault();
      label.classList.toggle("over", name === "dragover");
      if (name === "drop" && event.dataTransfer.files.length) {
        file.files = event.dataTransfer.files;
        chosen();
      }
    });
  }

  let request = null;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const video = file.files[0];
    if (!video) {
      place.replaceChildren(problem("Choose a video first."));
      return;
    }
    if (video.size > limits.bytes) {
      place.replaceChildren(problem(`The file has ${Math.round(video.size / 1e6)} MB; at most ${Math.round(limits.bytes / 1e6)} MB are taken here.`));
      return;
    }
    send.disabled = true;
    bar.hidden = false;
    const address = `/api/uploads?${new URLSearchParams({ name: video.name, events: events.value })}`;
    request = new XMLHttpRequest();  // fetch does not say how much is sent
    request.open("POST", address);
    request.setRequestHeader("X-Seehear", "1");
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.addEventListener("progress", (e) => { bar.value = e.lengthComputable ? e.loaded / e.total : 0; });
    const failed = (error) => {
      place.replaceChildren(problem(error));
      send.disabled = false;
      bar.hidden = true;
    };
    request.addEventListener("error", () => failed("The upload broke off."));
    request.addEventListener("load", () => {
      try {
        const job = read(request.status, request.responseText);
        local.set(job.id, URL.createObjectURL(video));
        location.hash = `#/upload/${job.id}`;
      } catch (error) {
        failed(error);
      }
    });
    request.send(video);
  });
  return () => { if (request && request.readyState !== XMLHttpRequest.DONE) request.abort(); };
}

const WORDS = { receiving: "Receiving", waiting: "Waiting for its turn", parsing: "Parsing", done: "Done", failed: "Not parsed" };

export function showJob(root, library, id) {
  const title = make("h1", "", "Upload"), state = make("p", "state"), bar = make("progress", "");
  bar.max = 1;
  const screen = make("div", "player");
  const lanes = make("section", "card");
  lanes.id = "lanes";
  lanes.setAttribute("aria-label", "Timeline");
  lanes.append(make("p", "muted", "The lanes fill as soon as the first seconds are parsed."));
  const table = make("section", "card by-class side");
  const place = make("div", "");
  root.replaceChildren(make("div", "page", title, state, bar, place, make("div", "columns", screen, table, lanes)));
  table.hidden = true;
  screen.hidden = true;
  let view = null, player = null;
  const options = { nothing: "nothing yet" };

  function show(job) {
    title.textContent = job.name;
    document.title = `${job.name} · seehear`;
    state.textContent = WORDS[job.state] + (job.state === "parsing" ? ` ${Math.round(job.fraction * 100)} %` : "");
    state.dataset.state = job.state;
    if (job.fraction > 0) bar.value = job.fraction; else bar.removeAttribute("value");
    bar.hidden = job.state === "done" || job.state === "failed";
    if (job.state === "failed") {
      place.replaceChildren(problem(job.error));
      lanes.hidden = !view;
    }
    if (!job.timeline) return;
    if (job.state !== "failed") place.replaceChildren(warnings(job.timeline) || "");
    if (!player && (local.has(id) || job.clip)) {
      player = mediaElement(job.timeline, local.get(id) || `/api/clips/${job.clip}/media`);
      screen.replaceChildren(player);
      screen.hidden = false;
    }
    if (job.state !== "parsing") delete options.nothing;
    options.player = player;
    if (view) view.update(job.timeline); else view = SeehearLanes.mount(lanes, job.timeline, options);
    table.hidden = false;
    table.replaceChildren(make("h2", "", "By class"), classes(job.timeline));
    if (job.clip) state.replaceChildren(`${count(job.timeline.events.length, "event")} found. `, link(toClip(job.clip), "", "Open its page"));
  }

  const stream = new EventSource(`/api/uploads/${id}/events`);
  stream.onmessage = (event) => {
    const job = JSON.parse(event.data);
    if (job.state === "done" || job.state === "failed") stream.close();
    show(job);
  };
  stream.onerror = () => {
    if (stream.readyState === EventSource.CLOSED) place.replaceChildren(problem("There is no such upload (any more)."));
  };
  return () => {
    stream.close();
    if (view) view.destroy();
    if (player) player.removeAttribute("src"), player.load();
    if (local.has(id)) URL.revokeObjectURL(local.get(id)), local.delete(id);
  };
}
