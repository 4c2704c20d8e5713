// The part of TensorFlow.js that the example uses, under the name that everybody gives it: what `import * as tf from '@tensorflow/tfjs'`
// gives, which installs WebGL, the converter and the data API besides.
export * from '@tensorflow/tfjs-core';
export * from '@tensorflow/tfjs-layers';
