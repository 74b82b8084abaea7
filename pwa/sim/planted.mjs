export const BUGS = [];
export const weave = () => ({ name: 'planted' });
