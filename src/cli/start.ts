import { Command } from 'commander';

/** `gatehouse start` */
export const startCommand = (): Command =>
  new Command('start')
    .summary('run the gateway, as npm start does')
    .description('Runs the gateway until it is told to stop (Ctrl-C), as npm start does.')
    .action(async () => {
      await import('../main.js');
    });
