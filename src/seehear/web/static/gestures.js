/* Pointers on the lanes, of a mouse, a pen or a finger: a drag draws on a row, moves an edge or a whole event (to another
   lane or class, too), and marks what was reviewed.  What comes of it is told to `on`; nothing is changed here.

   on: {editable(), select(event), draw(track, label, start, end), change(event, values), review(track, start, end),
        unreview(track, span), playHead(), step(), from(), to()}: the last two are the ends of the clip */
import { make } from "./dom.js";

const EDGE_PX = 9, START_PX = 4, NEAR_PX = 7;
const LEAST_S = 0.1;

export function gestures(root, view, on) {
  let drag = null, swallow = false;

  const area = (element) => element && element.closest(".lanes-area");
  const ofPerson = (lane) => lane && lane.track !== "audio_visual";

  /* the time at a place: in tenths, or that of a segment's edge or the play head if one is near */
  function timeAt(x) {
    const t = view.timeAt(x), near = Math.abs(view.timeAt(x + NEAR_PX) - t), step = on.step();
    const magnets = [on.playHead(), Math.round(t / step) * step].filter((at) => Math.abs(at - t) <= near);
    const at = magnets.length ? magnets.sort((a, b) => Math.abs(a - t) - Math.abs(b - t))[0] : Math.round(t * 10) / 10;
    return Math.min(Math.max(at, on.from()), on.to());
  }

  /* what a pointer that goes down there would do */
  function begun(event) {
    const target = event.target, bar = target.closest(".lane-event"), lane = area(target) && area(target).lane;
    if (!ofPerson(lane)) return null;
    const at = timeAt(event.clientX);
    const start = { x: event.clientX, y: event.clientY, raw: view.timeAt(event.clientX), at, lane, bar, area: area(target) };
    if (bar) {
      const box = bar.getBoundingClientRect(), wide = box.width > 4 * EDGE_PX;
      const edge = target.closest(".lane-edge");
      if (edge) return { ...start, kind: edge.dataset.edge };
      if (wide && event.clientX - box.left < EDGE_PX) return { ...start, kind: "start" };
      if (wide && box.right - event.clientX < EDGE_PX) return { ...start, kind: "end" };
      return { ...start, kind: "move" };
    }
    if (target.closest(".lane-reviewed")) return { ...start, kind: "review" };
    return target.closest(".lane-track") && lane.label !== null ? { ...start, kind: "draw" } : null;
  }

  /* the stretch that a drag has come to, and the lane and class it is over */
  function reached(event) {
    const at = timeAt(event.clientX), of = drag.bar && drag.bar.event;
    if (drag.kind === "start") return { start: Math.min(at, of.end_s - LEAST_S), end: of.end_s };
    if (drag.kind === "end") return { start: of.start_s, end: Math.max(at, of.start_s + LEAST_S) };
    if (drag.kind !== "move") return { start: Math.min(drag.at, at), end: Math.max(drag.at, at) };
    const long = of.end_s - of.start_s;
    let start = of.start_s + view.timeAt(event.clientX) - drag.raw;
    start = Math.abs(event.clientX - drag.x) < START_PX ? of.start_s : Math.round(start * 10) / 10;
    start = Math.max(on.from(), Math.min(start, on.to() - long));
    return { start, end: start + long, ...under(event) };
  }

  function under(event) {
    const below = document.elementFromPoint(event.clientX, event.clientY);
    const place = area(below);
    const lane = place && root.contains(place) ? place.lane : null;
    if (lane && ofPerson(lane)) return { place, track: lane.track, label: lane.label || drag.bar.event.label };
    const whole = below && below.closest(".lane");
    const track = whole && ["audio", "visual"].find((one) => whole.classList.contains(one) && !whole.classList.contains("absent"));
    return track ? { track, label: drag.bar.event.label } : {};
  }

  function down(event) {
    if (!on.editable() || event.button !== 0 || !event.isPrimary) return;
    swallow = false;
    drag = begun(event);
    if (drag && drag.bar) on.select(drag.bar.event);
    if (drag) drag.moved = false;
  }

  function move(event) {
    if (!drag) return;
    if (!drag.moved) {
      if (Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < START_PX) return;
      drag.moved = true;
      root.setPointerCapture(event.pointerId);
      drag.ghost = make("div", `lane-ghost ${drag.kind}`);
      root.classList.add("dragging");
    }
    event.preventDefault();
    event.stopPropagation();
    const now = reached(event);
    (now.place || drag.area).append(drag.ghost);
    view.place(drag.ghost, now.start, now.end);
    drag.ghost.textContent = `${SeehearLanes.clock(now.start)}–${SeehearLanes.clock(now.end)}`;
    drag.now = now;
  }

  function up(event) {
    const done = drag;
    end();
    if (!done || !done.moved || !done.now) return;
    event.stopPropagation();
    swallow = true;  // the click that ends a drag chooses nothing
    const { start, end: to, track, label } = done.now;
    if (done.bar) {
      const of = done.bar.event;
      const values = { start_s: start, end_s: to, track: track || of.track, label: label || of.label };
      if (Object.keys(values).some((key) => values[key] !== of[key])) on.change(of, values);
    } else if (to - start >= LEAST_S) {
      if (done.kind === "draw") on.draw(done.lane.track, done.lane.label, start, to);
      else on.review(done.lane.track, start, to);
    }
  }

  function end() {
    if (drag && drag.ghost) drag.ghost.remove();
    drag = null;
    root.classList.remove("dragging");
  }

  function click(event) {
    if (swallow) event.stopPropagation(), event.preventDefault();
    else if (on.editable()) {
      const mark = event.target.closest(".lanes-gone-through");
      if (mark) on.unreview(area(mark).lane.track, mark.span);
      else if (area(event.target) && !event.target.closest(".lane-event")) on.select(null);
    }
    swallow = false;
  }

  const escape = (event) => { if (event.key === "Escape" && drag) end(), event.stopPropagation(); };
  const listeners = [["pointerdown", down], ["pointermove", move], ["pointerup", up], ["pointercancel", end], ["click", click]];
  for (const [name, act] of listeners) root.addEventListener(name, act, true);
  document.addEventListener("keydown", escape, true);
  return () => {
    for (const [name, act] of listeners) root.removeEventListener(name, act, true);
    document.removeEventListener("keydown", escape, true);
  };
}
