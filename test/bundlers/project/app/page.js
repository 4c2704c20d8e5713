'use client';
import { useEffect } from 'react';
import { train } from '../src/train.js';

export default function Page() {
  useEffect(() => {
    train().then(result => {
      globalThis.result = result;
    });
  }, []);
  return <p>Ten steps</p>;
}
