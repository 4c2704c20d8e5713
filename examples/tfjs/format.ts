export const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
export const whole = (n: number) => Math.round(n).toLocaleString('en');
