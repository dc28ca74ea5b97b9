// Rates and their curves: differences of figures between two states, kept for as long as the page is open.

const POINTS = 60;

/** Figures of states, by key. A new point is made when simulated time has passed. */
export class History {
  #now = null; // the time of the last state, in seconds
  #seconds = 0; // simulated seconds since the state before
  #figures = new Map(); // by key: the last figure, the rate now, and the points

  /** Begins a new state. A clock that went back is another endpoint's. */
  begin(seconds) {
    if (this.#now !== null && seconds < this.#now) this.#figures.clear();
    this.#seconds = this.#now === null ? 0 : Math.max(0, seconds - this.#now);
    // While time stands still, figures grow and make their point when it goes on.
    if (this.#now === null || this.#seconds > 0) this.#now = seconds;
    for (const [key, kept] of this.#figures) {
      if (!kept.isSeen) this.#figures.delete(key);
      kept.isSeen = false;
    }
  }

  /** The rate a second of a figure that only grows. */
  rate(key, figure) {
    const kept = this.#kept(key, figure);
    if (this.#seconds > 0) {
      kept.value = Math.max(0, figure - kept.last) / this.#seconds;
      kept.last = figure;
      this.#point(kept);
    }
    return kept.value;
  }

  /** Keeps a value as it is. */
  value(key, value) {
    const kept = this.#kept(key, value);
    kept.value = value;
    if (this.#seconds > 0) this.#point(kept);
    return value;
  }

  points(key) {
    return this.#figures.get(key)?.points ?? [];
  }

  #kept(key, figure) {
    let kept = this.#figures.get(key);
    if (!kept) this.#figures.set(key, kept = { last: figure, value: 0, points: [], isSeen: true });
    kept.isSeen = true;
    return kept;
  }

  #point(kept) {
    kept.points.push(kept.value);
    if (kept.points.length > POINTS) kept.points.shift();
  }
}

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [120, 28];

/** A curve of each series, all on one scale from 0. `classes` are theirs, in order. */
export function sparkline(classes) {
  const element = document.createElementNS(SVG, "svg");
  element.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  element.setAttribute("preserveAspectRatio", "none");
  element.setAttribute("class", "spark");
  element.setAttribute("role", "img");
  const lines = classes.map((name) => {
    const line = document.createElementNS(SVG, "polyline");
    line.setAttribute("class", name);
    element.append(line);
    return line;
  });
  const show = (series, told) => {
    const top = Math.max(1e-9, ...series.flat());
    // But for the first, what never happened has no curve.
    const isShown = (points, n) => n === 0 || points.some((value) => value > 0);
    series.forEach((points, n) => lines[n].setAttribute("points", isShown(points, n) ? path(points, top) : ""));
    element.setAttribute("aria-label", told(Math.max(0, ...series.flat())));
  };
  return { element, show };
}

function path(points, top) {
  const step = WIDTH / (POINTS - 1);
  const from = POINTS - points.length;
  const y = (value) => (HEIGHT - 2 - (HEIGHT - 4) * (value / top)).toFixed(1);
  return points.map((value, n) => `${((from + n) * step).toFixed(1)},${y(value)}`).join(" ");
}
