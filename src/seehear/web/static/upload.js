/* Upload videos: the queue with each one's progress, and one of them while its lanes fill. */
import { button, count, make, problem, toClip, link, warnings } from "./dom.js";
import { classes, mediaElement } from "./clip.js";
import { again, cancel, enqueue, fileOf, over, queue, watchQueue } from "./queue.js";

export function showForm(root, library) {
  const file = make("input", "");
  file.type = "file";
  file.multiple = true;
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
  const note = `Up to ${Math.round(limits.bytes / 1e6)} MB and ${Math.round(limits.duration_s / 60)} min each. `
    + "The videos stay on the machine that serves this page.";
  const label = make("label", "drop", make("b", "", "Choose videos"), make("span", "muted", " or drop them here"), make("span", "chosen"), file);
  const words = make("label", "field", make("span", "", "Look for ", make("span", "muted", library.classes.length
    ? `(with commas between; left empty: ${library.classes.length} common classes)` : "(optional, with commas between)")), events);
  words.hidden = !library.open_vocabulary;
  const form = make("form", "card upload", label, words, make("p", "muted", note), make("div", "", send));
  const place = make("div", ""), table = make("section", "");
  root.replaceChildren(make("div", "page narrow", make("h1", "", "Upload videos"), place, form, table));

  const chosen = () => {
    const names = [...file.files].map((one) => one.name);
    label.querySelector(".chosen").textContent = names.length > 3 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");
  };
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

  let alone = null;  // the only file of all: its own page follows
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!file.files.length) {
      place.replaceChildren(problem("Choose a video first."));
      return;
    }
    place.replaceChildren();
    const before = queue.left;
    const added = enqueue(file.files, events.value, limits);
    alone = added.length === 1 && !before ? added[0] : null;
    file.value = "";
    chosen();
  });

  const rows = new Map();
  return watchQueue(({ items, left }) => {
    if (alone?.id && !over(alone)) {
      location.hash = `#/upload/${alone.id}`;
      return;
    }
    if (!items.length) {
      table.replaceChildren();
      return;
    }
    for (const item of items) if (!rows.has(item)) rows.set(item, row(item));
    for (const item of items) rows.get(item).update();
    if (!table.firstChild) {
      const line = make("p", "state");
      line.setAttribute("role", "status");
      table.replaceChildren(line, button("Cancel what is not sent yet", "quiet", cancel), make("ul", "files"));
    }
    const [line, stop, list] = table.children;
    line.textContent = progress(items, left);
    stop.hidden = !items.some((item) => item.state === "queued" || item.state === "sending");
    const wanted = items.map((item) => rows.get(item).element);
    if (wanted.length !== list.children.length || wanted.some((element, index) => list.children[index] !== element)) list.replaceChildren(...wanted);
  });
}

function progress(items, left) {
  const failed = items.filter((item) => item.state === "failed").map((item) => item.name);
  const done = items.length - left - failed.length;
  const bad = failed.length ? ` ${failed.length} failed: ${failed.slice(0, 5).join(", ")}${failed.length > 5 ? ", …" : ""}.` : "";
  return `${done} of ${count(items.length, "file")} parsed${left ? `, ${left} to go` : ""}.${bad}`;
}

/* A file of the queue. */
function row(item) {
  const name = make("span", "file-name", item.name), state = make("span", "muted"), bar = make("progress", "");
  bar.max = 1;
  bar.setAttribute("aria-label", item.name);
  const element = make("li", "file", name, state, bar);
  let shown = "";
  return {
    element,
    update() {
      const at = item.state === "sending" || item.state === "parsing" ? ` ${Math.round(item.fraction * 100)} %` : "";
      if (`${item.state}${at}` === shown) return;
      shown = `${item.state}${at}`;
      element.dataset.state = item.state;
      bar.hidden = item.state !== "sending" && item.state !== "parsing";
      bar.value = item.fraction;
      state.replaceChildren(item.state === "failed" ? `${WORDS.failed}: ${item.error} ` : `${WORDS[item.state]}${at} `);
      if (item.state === "parsing") state.append(link(`#/upload/${item.id}`, "", "watch"));
      if (item.state === "done") name.replaceChildren(link(toClip(item.clip), "", item.name));
      if (item.state === "failed") state.append(button("Try again", "quiet", () => again(item)));
    },
  };
}

const WORDS = { queued: "In the queue", sending: "Sending", receiving: "Receiving", waiting: "Waiting for its turn", parsing: "Parsing", done: "Done", failed: "Not parsed" };

export function showJob(root, library, id) {
  const title = make("h1", "", "Upload"), others = make("p", "muted"), state = make("p", "state"), bar = make("progress", "");
  bar.max = 1;
  const screen = make("div", "player");
  const lanes = make("section", "card");
  lanes.id = "lanes";
  lanes.setAttribute("aria-label", "Timeline");
  lanes.append(make("p", "muted", "The lanes fill as soon as the first seconds are parsed."));
  const table = make("section", "card by-class side");
  const place = make("div", "");
  root.replaceChildren(make("div", "page", title, others, state, bar, place, make("div", "columns", screen, table, lanes)));
  table.hidden = true;
  screen.hidden = true;
  let view = null, player = null;
  const file = fileOf(id), local = file && URL.createObjectURL(file);  // it plays before it is in the library
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
    if (!player && (local || job.clip)) {
      player = mediaElement(job.timeline, local || `/api/clips/${job.clip}/media`);
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

  const unwatch = watchQueue(({ items, left }) => {
    others.hidden = items.length < 2;
    others.replaceChildren(`${progress(items, left)} `, link("#/upload", "", "All uploads"));
  });
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
    unwatch();
    if (view) view.destroy();
    if (player) player.removeAttribute("src"), player.load();
    if (local) URL.revokeObjectURL(local);
  };
}
