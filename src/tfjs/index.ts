// The entry point convasm/tfjs: importing it registers the TensorFlow.js backend 'convasm'.
import { register } from './register.ts';

export { ConvasmBackend } from './backend.ts';
export { groupedConv2d } from './groupedConv2d.ts';
export type { Traffic } from './storage.ts';

register();
