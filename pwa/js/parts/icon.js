import { svg } from "../dom.js";

/** Each is one path: its strokes one after the other. */
const SHAPES = {
  copy: "M9 9h10v11H9zM15 9V4H5v11h4",
  download: "M12 4v11M7.5 10.5 12 15l4.5-4.5M5 19.5h14",
  share: "M12 14V4M8 7.5 12 3.5l4 4M6 11H5v9.5h14V11h-1",
  sound: "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4.5 4.5 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11",
  larger: "M3 19 8 6l5 13M4.8 14.5h6.4M17.5 9v8M13.5 13h8",
  steps: "M4 5h16v14H4zM10.5 9.5 13 12l-2.5 2.5",
  history: "M4.5 12a7.5 7.5 0 1 0 2.2-5.3L4.5 8.9M4.5 4.5v4.4h4.4M12 8v4.5l3 2",
  mail: "M3.5 5.5h17v13h-17zM4 6.5l8 6 8-6",
  phone: "M5 4h4l2 5-2.5 1.5a11 11 0 0 0 5 5L15 13l5 2v4a1.5 1.5 0 0 1-1.5 1.5A15.5 15.5 0 0 1 3.5 5.5 1.5 1.5 0 0 1 5 4z",
  globe: "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0zM3 12h18M12 3c-5 5-5 13 0 18 5-5 5-13 0-18z",
  check: "M5 12.5 10 17.5 19.5 7",
  alert: "M12 4 21.5 20h-19zM12 10v4.5M12 17.2v.1",
  offline: "M4 4l16 16M8.5 15.5a5 5 0 0 1 6.5-.5M5 12a10 10 0 0 1 4-2.3M14 9.5a10 10 0 0 1 5 2.5M12 19v.1",
  scan: "M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M8 8h3v3H8zM13.5 13.5h2.5v2.5h-2.5zM13.5 8H16v3h-2.5M8 13.5h3V16",
};

/**
 * A line drawing that only accompanies words.
 *
 * @param {keyof typeof SHAPES} name
 */
export function icon(name) {
  return svg(
    "svg",
    { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" },
    svg("path", { d: SHAPES[name] }),
  );
}
