import { type CSSVariablesResolver, createTheme } from '@mantine/core';

/** System fonts only: an installation may have no internet access. */
export const theme = createTheme({
  primaryColor: 'indigo',
  primaryShade: 7,
  autoContrast: true,
  respectReducedMotion: true,
  defaultRadius: 'md',
  fontFamily:
    'system-ui, -apple-system, "Segoe UI", Roboto, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, "Noto Sans Mono CJK SC", monospace',
  headings: { fontWeight: '650', sizes: { h1: { fontSize: '1.375rem', lineHeight: '1.3' } } },
  colors: {
    // Darker than Mantine's: buttons put white text on the seventh shade (WCAG 1.4.3).
    red: [
      '#fff5f5',
      '#ffe3e3',
      '#ffc9c9',
      '#ffa8a8',
      '#ff8787',
      '#f06565',
      '#e04848',
      '#cf2e2e',
      '#bd2626',
      '#a61e1e',
    ],
    dark: [
      '#d5dae1',
      '#b3bcc8',
      '#98a3b1',
      '#697586',
      '#3b4552',
      '#2b333e',
      '#202731',
      '#171c24',
      '#11151b',
      '#0c0f14',
    ],
  },
  components: {
    Badge: { defaultProps: { tt: 'none' } },
    Card: { defaultProps: { withBorder: true, radius: 'lg' } },
    // Chinese would break in the middle of a word.
    Table: { styles: { th: { whiteSpace: 'nowrap' } } },
    // The placeholder is a focusable element without a role, which a menu must not contain.
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
    Tooltip: { defaultProps: { withArrow: true, openDelay: 300 } },
  },
});

/** Names the buttons that close dialogs and notifications: they show an icon only. */
export const closeButtons = (names: { dialog: string; notification: string }) =>
  createTheme({
    components: {
      Modal: { defaultProps: { closeButtonProps: { 'aria-label': names.dialog } } },
      Notification: { defaultProps: { closeButtonProps: { 'aria-label': names.notification } } },
    },
  });

/** Dimmed text with enough contrast (WCAG 1.4.3), and the colours of presence. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#f6f7f9',
    '--mantine-color-dimmed': '#5b6675',
    '--surface': '#ffffff',
    '--online': '#12805c',
    '--offline': '#8a94a3',
    '--mantine-color-error': '#c92a2a',
  },
  dark: {
    '--mantine-color-body': '#0f1318',
    '--mantine-color-dimmed': '#98a3b1',
    '--surface': '#171c24',
    '--online': '#3ecf8e',
    '--offline': '#697586',
    '--mantine-color-error': '#ff8787',
  },
});
