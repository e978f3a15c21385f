/** react-remove-scroll, which locks scrolling behind dialogs, puts this nonce on the style element it adds. */
declare var __webpack_nonce__: string | undefined;
