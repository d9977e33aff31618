/* Steps back and forth through states. */
export function history(first) {
  let now = first, past = [], future = [];
  return {
    get now() { return now; },
    get canUndo() { return past.length > 0; },
    get canRedo() { return future.length > 0; },
    push(next) {
      past.push(now);
      now = next;
      future = [];
    },
    /* the same state, as the server has it now */
    replace(next) { now = next; },
    undo() {
      if (past.length) future.push(now), now = past.pop();
    },
    redo() {
      if (future.length) past.push(now), now = future.pop();
    },
  };
}
