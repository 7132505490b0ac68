/**
 * An SVG is drawn to a PNG here before it is uploaded: the server keeps no drawings, which browsers would run. So is what
 * is too large to be uploaded.
 */

/** Three times as large as pages show it, for the finest screens; the server keeps no more. */
const WIDE = 480;
const HIGH = 96;

/** @param {File} file */
export function isDrawing(file) {
  return file.type === "image/svg+xml" || /\.svg$/i.test(file.name);
}

/**
 * Return a file as a picture with its background transparent; rejects what this browser can't draw.
 *
 * @param {File} file
 */
export async function drawn(file) {
  const shown = isDrawing(file) ? new Blob([sized(await file.text())], { type: "image/svg+xml" }) : file;
  const address = URL.createObjectURL(shown);
  try {
    const drawing = new Image();
    drawing.src = address;
    await drawing.decode();
    const scale = Math.min(WIDE / drawing.naturalWidth, HIGH / drawing.naturalHeight);
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(drawing.naturalWidth * scale));
    canvas.height = Math.max(1, Math.round(drawing.naturalHeight * scale));
    canvas.getContext("2d")?.drawImage(drawing, 0, 0, canvas.width, canvas.height);
    const picture = await new Promise((resolve) => canvas.toBlob(resolve));
    if (!(picture instanceof Blob)) throw new Error("nothing was drawn");
    return new File([picture], file.name.replace(/(?:\.\w+)?$/, ".png"), { type: picture.type });
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** Firefox draws only what says how large it is. @param {string} text */
function sized(text) {
  const [root = ""] = /<svg\b[^>]*>/i.exec(text) ?? [];
  const box = /\bviewBox\s*=\s*["']([^"']*)/.exec(root)?.[1] ?? "";
  const [, , width = 0, height = 0] = box.trim().split(/[\s,]+/).map(Number);
  if (!(width > 0 && height > 0)) return text;
  const unsized = root.replace(/\s(?:width|height)\s*=\s*(?:"[^"]*"|'[^']*')/g, "");
  return text.replace(root, () => unsized.replace(/^<svg/i, `<svg width="${width}" height="${height}"`));
}
