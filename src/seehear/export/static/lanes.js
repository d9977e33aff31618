/* Lanes of a timeline (heard, seen, both), in step with a player.  Used by the clip page, the run report, the web app.

   SeehearLanes.mount(root, timeline, {player, band, nothing, more}) -> {update(timeline), time(), timeAt(x), place(element, start, end),
     seek(seconds), redraw(), destroy()}
     root      element whose content is replaced
     timeline  an object of schema seehear.timeline/2
     player    a video or audio element, or nothing
     band      spans [start_s, end_s] to mark, such as the hits of a search
     nothing   what an empty lane says ("nothing found"); read anew at every update
     more      functions of a page that adds something: rows(track) gives classes that have a row even if nothing was found,
               above(track, width) an element for a row of its own, behind(track, label) {element, span} to put behind the bars
               of a row, reviewed() whether the row of reviewed stretches shows although it is empty; drawn() is called after
               every drawing
   SeehearLanes.preview(root, timeline, spans)  three thin strips for lists
   SeehearLanes.legend(timelines, band)  what the colours mean; of timelines also what their numbers and hatching mean,
     and where there is a band what that is
   SeehearLanes.keys()  which keys do what
   SeehearLanes.clock(seconds) -> "1:02.5"
   SeehearLanes.words(label)  a class as a person writes it

   Text from outside is only ever set as textContent. */
const SeehearLanes = (() => {
  "use strict";
  const LANES = [["audio", "Heard"], ["visual", "Seen"], ["audio_visual", "Both"]];
  const WORD = { audio: "heard", visual: "seen", audio_visual: "heard and seen" };
  const SIGN = { confirmed: "✓", corrected: "✎", added: "+" };  // who says so, where it is not the parser
  const MEANING = { audio: "in the sound", visual: "in the picture", audio_visual: "heard and seen in the same second" };
  // where space means something else than play: it is typed, or presses what has the focus
  const TAKES_SPACE = "input:not([type=range]), textarea, select, button:not(.lane-event), summary, audio, video, [contenteditable]";

  function make(tag, className, text) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  }

  /* a class as a person writes it */
  const words = (label) => label.replaceAll("_", " ");

  function clock(seconds, tenths = true) {
    const t = Math.max(0, tenths ? Math.round(seconds * 10) / 10 : Math.round(seconds));
    const h = Math.floor(t / 3600), m = Math.floor(t / 60) % 60, s = t % 60;
    const tail = tenths ? s.toFixed(1).padStart(4, "0") : String(s).padStart(2, "0");
    return h ? `${h}:${String(m).padStart(2, "0")}:${tail}` : `${m}:${tail}`;
  }

  /* the span the lanes show: a short last segment or an event may run past the clip's stated length */
  const span = (timeline) =>
    Math.max(timeline.duration_s, ...timeline.events.map((e) => e.end_s), timeline.duration_s > 0 ? 0 : 1);

  const percent = (part, whole) => `${(100 * Math.min(Math.max(part / whole, 0), 1)).toFixed(4)}%`;

  function place(element, start, end, whole) {
    element.style.left = percent(start, whole);
    element.style.width = percent(end - Math.max(start, 0), whole);
    return element;
  }

  const absent = (timeline, track) =>
    (track === "audio_visual" ? ["audio", "visual"] : [track]).filter((t) => timeline.tracks[t].state === "absent");

  /* stretches of which nothing is known: outside what was parsed of the track, of "both" outside either */
  function unparsed(timeline, track) {
    if (absent(timeline, track).length) return [];
    const end = timeline.duration_s;
    const gaps = [];
    for (const name of track === "audio_visual" ? ["audio", "visual"] : [track]) {
      let now = timeline.grid ? timeline.grid.start_s : 0;
      for (const [from, to] of [...(timeline.tracks[name].parsed || [[now, end]]), [end, end]]) {
        if (from > now) gaps.push([now, Math.min(from, end)]);
        now = Math.max(now, to);
      }
    }
    return gaps.filter(([from, to]) => to > from);
  }

  const unknown = (timeline, track, whole) => unparsed(timeline, track).map(([from, to]) => {
    const mark = place(make("div", "lanes-unknown"), from, to, whole);
    mark.title = `not parsed ${clock(from)} to ${clock(to)}: nothing is known of it`;
    return mark;
  });

  function describe(e) {
    const score = e.score === null || e.score === undefined ? "" : `, score ${e.score.toFixed(2)}`;
    const person = SIGN[e.origin] ? `, ${e.origin} by a person` : "";
    return `${WORD[e.track]} ${clock(e.start_s)} to ${clock(e.end_s)}${score}${person}`;
  }

  /* a row of a lane; `lane` says of its area which track and class it is of */
  function buildRow(kind, name, lane, ...inside) {
    const row = make("div", `lanes-row ${kind}`), area = make("div", "lanes-area");
    const title = make("div", "lanes-name", name);
    if (name) title.title = name;
    area.lane = lane;
    area.append(...inside.filter(Boolean));
    row.append(title, area);
    return row;
  }

  /* which stretches a person has gone through */
  function reviewedRow(timeline, track, whole, always) {
    const spans = track === "audio_visual" ? [] : timeline.tracks[track].reviewed || [];
    if (!spans.length && !(always && track !== "audio_visual")) return [];
    const marks = spans.map(([from, to]) => {
      const mark = place(make("div", "lanes-gone-through"), from, to, whole);
      mark.title = `reviewed by a person: ${clock(from)} to ${clock(to)}`;
      mark.span = [from, to];
      return mark;
    });
    return [buildRow("lane-reviewed", "reviewed", { track, label: null }, ...marks)];
  }

  function buildLane(timeline, track, word, whole, nothing, more, width) {
    const lane = make("div", `lane ${track}`);
    const title = make("div", "lanes-row lane-title");
    const note = make("div", "lanes-area");
    title.append(make("div", "lanes-name", word), note);
    lane.append(title);
    const events = timeline.events.filter((e) => e.track === track);
    const gone = absent(timeline, track);
    if (gone.length) {
      lane.classList.add("absent");
      note.textContent = `no ${gone.join(" and no ")} track in this file`;
    } else if (!events.length) {
      lane.classList.add("empty");
      note.textContent = nothing;
    }
    const gaps = unparsed(timeline, track);
    if (gaps.length && track !== "audio_visual") {
      const told = gaps.slice(0, 3).map(([from, to]) => `${clock(from)} to ${clock(to)}`).join(", ");
      const more = gaps.length > 3 ? ` and ${gaps.length - 3} more` : "";
      note.textContent = [note.textContent, `not parsed: ${told}${more}`].filter(Boolean).join("; ");
    }
    const above = !gone.length && more.above ? more.above(track, width) : null;
    if (above) lane.append(buildRow("lane-clue", "", { track, label: null }, above));
    if (!gone.length) lane.append(...reviewedRow(timeline, track, whole, more.reviewed && more.reviewed()));
    const rows = new Map();
    const row = (label) => {
      const behind = more.behind ? more.behind(track, label) : null;
      const drawn = behind ? place(behind.element, ...behind.span, whole) : null;
      rows.set(label, buildRow("lane-track", words(label), { track, label }, drawn, ...unknown(timeline, track, whole)));
    };
    const always = more.rows && !gone.length ? more.rows(track) : [];
    if (!events.length && !always.length && gaps.length) lane.append(buildRow("lane-track", "", null, ...unknown(timeline, track, whole)));
    for (const label of always) row(label);
    for (const e of events) {
      if (!rows.has(e.label)) row(e.label);
      const bar = place(make("button", "lane-event"), e.start_s, e.end_s, whole);
      bar.type = "button";
      bar.tabIndex = -1;
      const text = [SIGN[e.origin], e.score !== null && e.score !== undefined ? e.score.toFixed(2) : ""].filter(Boolean).join(" ");
      if (text) bar.append(make("span", "", text));
      if (SIGN[e.origin]) bar.dataset.origin = e.origin;
      bar.setAttribute("aria-label", `${words(e.label)}, ${describe(e)}`);
      bar.event = e;
      rows.get(e.label).lastChild.append(bar);
    }
    const order = new Map(timeline.vocabulary.map((label, index) => [label, index]));
    lane.append(...[...rows.entries()].sort((a, b) => order.get(a[0]) - order.get(b[0])).map((entry) => entry[1]));
    return lane;
  }

  function buildRuler(whole, width) {
    const row = make("div", "lanes-row lanes-ruler");
    const area = make("div", "lanes-area");
    const steps = [0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200];
    const step = steps.find((s) => (s / whole) * width >= 56) || 14400;
    for (let t = 0; t <= whole - step / 4; t += step) {
      const tick = make("span", "lanes-tick", clock(t, step < 1));
      tick.style.left = percent(t, whole);
      area.append(tick);
    }
    area.tabIndex = 0;
    area.setAttribute("role", "slider");
    area.setAttribute("aria-label", "Position in the clip");
    area.setAttribute("aria-valuemin", "0");
    area.setAttribute("aria-valuemax", whole.toFixed(1));
    row.append(make("div", "lanes-name"), area);
    return row;
  }

  function mount(root, timeline, options = {}) {
    const player = options.player || null, more = options.more || {};
    const host = make("div", "lanes");
    const head = make("div", "lanes-head"), time = make("span", "lanes-clock"), now = make("div", "lanes-now");
    const zoomer = make("div", "lanes-zoom");
    const scroll = make("div", "lanes-scroll"), inner = make("div", "lanes-inner"), tip = make("div", "lanes-tip");
    tip.hidden = true;
    tip.setAttribute("role", "tooltip");
    head.append(time, make("span", "lanes-word", "now"), now, zoomer);
    scroll.append(inner);
    host.append(head, scroll, tip);
    root.replaceChildren(host);
    let whole = 1, zoom = 1, position = 0, bars = [], cursor = null, ruler = null, shown = "", frame = 0, checked = -1;

    function draw() {
      const before = focused();
      whole = span(timeline);
      inner.style.width = `${zoom * 100}%`;
      const width = Math.max(200, inner.clientWidth - 150);
      const rulerRow = buildRuler(whole, width);
      ruler = rulerRow.lastChild;
      const lanes = LANES.map(([track, word]) => buildLane(timeline, track, word, whole,
        options.nothing || "nothing found", more, width));
      const overlay = make("div", "lanes-cursors");
      for (const [start, end] of options.band || []) overlay.append(place(make("div", "lanes-band"), start, end, whole));
      cursor = make("div", "lanes-cursor");
      overlay.append(cursor);
      inner.replaceChildren(rulerRow, ...lanes, overlay);
      bars = [...inner.querySelectorAll(".lane-event")];
      const again = before.event && bars.find((bar) => same(bar.event, before.event));
      if (bars.length) (again || bars[0]).tabIndex = 0;
      if (again || before.ruler) refocus(again || ruler);
      zoomer.hidden = whole < 20;
      shown = "";
      checked = -1;
      show(position);
      if (more.drawn) more.drawn();
    }

    /* what has the focus now; rows that are drawn anew would lose it, and the keyboard with it */
    function focused() {
      const at = document.activeElement;
      return inner.contains(at) ? { event: at.closest(".lane-event")?.event, ruler: at === ruler } : {};
    }

    /* the focus comes back; to the page around that is no choice of the user */
    function refocus(element) {
      inner.classList.add("refocusing");
      element.focus({ preventScroll: true });
      inner.classList.remove("refocusing");
    }

    const same = (a, b) => ["track", "label", "start_s", "end_s"].every((name) => a[name] === b[name]);

    function show(t) {
      position = Math.min(Math.max(t, 0), whole);
      cursor.style.left = percent(position, whole);
      ruler.setAttribute("aria-valuenow", position.toFixed(1));
      ruler.setAttribute("aria-valuetext", clock(position));
      time.replaceChildren(document.createTextNode(clock(position)), make("small", "", ` / ${clock(timeline.duration_s)}`));
      if (Math.floor(position * 10) !== checked) {
        checked = Math.floor(position * 10);
        showNow();
      }
    }

    function showNow() {
      const active = bars.filter((bar) => {
        const on = bar.event.start_s <= position + 1e-6 && position < bar.event.end_s;
        bar.classList.toggle("now", on);
        return on;
      });
      const key = active.map((bar) => bars.indexOf(bar)).join();
      if (key === shown && now.childElementCount) return;
      shown = key;
      const chips = [];
      for (const [track, word] of LANES) {
        const labels = [...new Set(active.filter((bar) => bar.event.track === track).map((bar) => words(bar.event.label)))];
        if (labels.length) chips.push(make("span", `lanes-chip ${track}`, `${word.toLowerCase()} ${labels.join(", ")}`));
      }
      now.replaceChildren(...(chips.length ? chips : [make("span", "muted", "nothing")]));
    }

    function seek(t) {
      t = Math.min(Math.max(t, 0), whole);
      if (player && Number.isFinite(player.duration)) player.currentTime = Math.min(t, player.duration);
      else if (player) player.addEventListener("loadedmetadata", () => { player.currentTime = t; }, { once: true });
      show(t);
      keepInView();
      if (options.onseek) options.onseek(t);
    }

    function keepInView() {
      if (zoom === 1) return;
      const x = cursor.getBoundingClientRect().left - scroll.getBoundingClientRect().left;
      if (x < ruler.previousSibling.offsetWidth || x > scroll.clientWidth - 20) scroll.scrollLeft += x - scroll.clientWidth / 3;
    }

    function follow() {
      show(player.currentTime);
      keepInView();
      if (!player.paused && !player.ended) frame = requestAnimationFrame(follow);
    }

    /* space plays and pauses wherever the focus is; several lanes on one page share a player, the first answers */
    function space(event) {
      if (event.key !== " " || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (!player.isConnected || player.hidden || event.target.closest(TAKES_SPACE)) return;
      event.preventDefault();
      if (event.repeat) return;
      if (player.paused) player.play().catch(() => {}); else player.pause();
    }

    /* a button that was clicked gives the focus back, or space would press it once more */
    function release(event) {
      const button = event.target.closest("button");
      if (button && event.detail > 0) button.blur();
    }

    const timeAt = (x) => {
      const box = ruler.getBoundingClientRect();
      return ((x - box.left) / box.width) * whole;
    };

    function showTip(bar) {
      const e = bar.event, box = bar.getBoundingClientRect(), frameBox = host.getBoundingClientRect();
      tip.replaceChildren(make("b", "", words(e.label)), document.createTextNode(describe(e)));
      tip.hidden = false;
      const left = Math.min(Math.max(box.left - frameBox.left, 0), Math.max(0, frameBox.width - tip.offsetWidth));
      tip.style.left = `${left}px`;
      tip.style.top = `${box.top - frameBox.top - tip.offsetHeight - 6}px`;
    }

    function setZoom(value) {
      zoom = Math.min(Math.max(value, 1), Math.max(1, whole / 5));
      draw();
      keepInView();
    }

    /* pointer: a click seeks to where it fell; the ruler can be dragged */
    inner.addEventListener("click", (event) => {
      const bar = event.target.closest(".lane-event");
      if (bar && event.detail === 0) seek(bar.event.start_s);  // Enter on a focused event
      else if (event.target.closest(".lanes-area")) seek(timeAt(event.clientX));
    });
    inner.addEventListener("pointerdown", (event) => {
      if (event.target.closest(".lanes-ruler .lanes-area")) ruler.setPointerCapture(event.pointerId);
    });
    inner.addEventListener("pointermove", (event) => {
      if (ruler.hasPointerCapture && ruler.hasPointerCapture(event.pointerId)) seek(timeAt(event.clientX));
    });
    inner.addEventListener("pointerover", (event) => {
      const bar = event.target.closest(".lane-event");
      if (bar) showTip(bar); else tip.hidden = true;
    });
    inner.addEventListener("pointerleave", () => { tip.hidden = true; });
    inner.addEventListener("focusin", (event) => { if (event.target.matches(".lane-event")) showTip(event.target); });
    inner.addEventListener("focusout", () => { tip.hidden = true; });

    /* keyboard: the ruler is a slider, the events are one stop of the tab order with arrows inside */
    inner.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const bar = event.target.closest(".lane-event");
      const step = timeline.grid.step_s;
      const forward = event.key === "ArrowRight" || event.key === "ArrowDown";
      const back = event.key === "ArrowLeft" || event.key === "ArrowUp";
      if (event.key === "+" || event.key === "=") setZoom(zoom * 2);
      else if (event.key === "-") setZoom(zoom / 2);
      else if (bar && (forward || back)) focusBar(bars[bars.indexOf(bar) + (forward ? 1 : -1)], bar);
      else if (!bar && event.key === "ArrowRight") seek(position + step);
      else if (!bar && event.key === "ArrowLeft") seek(position - step);
      else if (!bar && event.key === "Home") seek(0);
      else if (!bar && event.key === "End") seek(whole);
      else return;
      event.preventDefault();
    });

    // a button is pressed when space comes up again: on an event it plays, and that alone
    inner.addEventListener("keyup", (event) => { if (player && event.key === " ") event.preventDefault(); });

    function focusBar(next, from) {
      if (!next) return;
      from.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    }

    for (const [text, label, change] of [["−", "Zoom out", 0.5], ["+", "Zoom in", 2]]) {
      const button = make("button", "", text);
      button.type = "button";
      button.setAttribute("aria-label", label);
      button.addEventListener("click", () => setZoom(zoom * change));
      zoomer.append(button);
    }

    const start = () => { cancelAnimationFrame(frame); follow(); };
    const still = () => show(player.currentTime);
    if (player) {
      player.addEventListener("play", start);
      for (const name of ["timeupdate", "seeked"]) player.addEventListener(name, still);
      document.addEventListener("keydown", space);
      document.addEventListener("click", release);
    }
    draw();
    return {
      update(next) { timeline = next; draw(); },
      redraw: draw,
      time: () => position,
      timeAt,
      place: (element, start, end) => place(element, start, end, whole),
      seek,
      destroy() {
        cancelAnimationFrame(frame);
        if (player) {
          player.removeEventListener("play", start);
          for (const name of ["timeupdate", "seeked"]) player.removeEventListener(name, still);
          document.removeEventListener("keydown", space);
          document.removeEventListener("click", release);
        }
        root.replaceChildren();
      },
    };
  }

  function preview(root, timeline, spans) {
    const whole = span(timeline);
    const box = make("div", "preview");
    const lines = [];
    for (const [track, word] of LANES) {
      const lane = make("div", `preview-lane ${track}`);
      const gone = absent(timeline, track);
      if (gone.length) lane.classList.add("absent");
      const events = timeline.events.filter((e) => e.track === track);
      for (const [from, to] of unparsed(timeline, track)) lane.append(place(make("u"), from, to, whole));
      for (const e of events) lane.append(place(make("i"), e.start_s, e.end_s, whole));
      const labels = [...new Set(events.map((e) => words(e.label)))].join(", ");
      lines.push(`${word}: ${gone.length ? "no track" : labels || "nothing"}`);
      box.append(lane);
    }
    if (spans) {
      const hits = make("div", "preview-spans");
      for (const [start, end] of spans) hits.append(place(make("i"), start, end, whole));
      box.append(hits);
    }
    box.setAttribute("role", "img");
    box.setAttribute("aria-label", lines.join("; "));
    box.title = lines.join("\n");
    root.replaceChildren(box);
  }

  function legend(timelines = [], band = []) {
    const list = make("ul", "legend-tracks");
    const item = (mark, word, text) => {
      const entry = make("li", "");
      entry.append(...(mark ? [mark] : []), make("b", "", word), document.createTextNode(` ${text}`));
      list.append(entry);
    };
    for (const [track, word] of LANES) item(make("span", `dot ${track}`), word, MEANING[track]);
    if (timelines.some((t) => t.events.some((e) => e.score !== null && e.score !== undefined))) {
      item(null, "0.8", "in a bar: how sure the parser is, from 0 to 1, on average over the bar");
    }
    if (timelines.some((t) => t.events.some((e) => SIGN[e.origin]))) {
      item(null, Object.values(SIGN).join(" "), "in a bar: confirmed, corrected, added by a person");
    }
    if (timelines.some((t) => LANES.some(([track]) => unparsed(t, track).length))) {
      item(make("span", "dot hatched"), "Hatched", "not parsed: nothing is known of these seconds");
    }
    if (band.length) item(make("span", "dot moment"), "Grey", "where the search holds");
    return list;
  }

  function keys() {
    const line = make("p", "keys muted");
    const parts = [[["space"], "plays and pauses. On the ruler"], [["←", "→"], "step,"], [["Home", "End"], "go to the ends,"],
      [["+", "−"], "zoom in long clips."], [["Tab"], "reaches the events: there"], [["←", "→"], "go from one to the next,"],
      [["Enter"], "moves the player to it."]];
    line.append("Keys: ");
    for (const [names, text] of parts) {
      for (const name of names) line.append(make("kbd", "", name), " ");
      line.append(`${text} `);
    }
    return line;
  }

  return { mount, preview, legend, keys, clock, words };
})();
