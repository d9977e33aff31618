"""The web page of a library: a thin server (FastAPI) and one static page without a build step.

settings    what may be done: limits, addresses, token
guard       what every request must show before anything else looks at it
catalogue   opaque ids for the clips of a library; nothing outside it is ever read
pictures    thumbnails, made in a process of their own
uploads     a bounded queue of videos; each is parsed in a process of its own (`worker`) with limits
app         the routes
static      what the browser shows: `app.js` chooses the page by what follows `#`; a file a page
"""
