/* Where "next doubt" leads.  Whoever knows the order of a library says so; without one, nothing comes next. */
let order = null;

/* `asked(clip, seconds)` gives, or promises, the address (#/clip/...) of what to look at after that moment, or null. */
export const setOrder = (asked) => { order = asked; };

export const next = async (clip, seconds) => (order ? order(clip, seconds) : null);
