/** The refusing listener as a process of its own: prints its port, ends with its standard input. */
import { listen } from './listener.ts';

const listener = await listen();
console.log(listener.port);
process.stdin.on('end', () => process.exit(0)).resume();
