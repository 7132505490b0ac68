/**
 * A short buzz where a phone has one: something was found, given or taken back, or a step was taken whose finger is
 * watched by nobody, as the eyes are at the computer.
 */
import { atOnce } from "./convenience.js";

/** Milliseconds. */
const SHORT = 12;

/** Buzz; before a first tap, browsers allow it to nobody and complain. */
export function buzz() {
  atOnce(() => {
    const { userActivation } = navigator;
    if (userActivation === undefined || userActivation.hasBeenActive) navigator.vibrate(SHORT);
  });
}
