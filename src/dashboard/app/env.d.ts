/** Read by the library that locks scrolling behind dialogs, for the one style element that it adds. */
declare var __webpack_nonce__: string | undefined;
