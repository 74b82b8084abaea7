import { expect, test } from 'vitest';
import { href, homeOf, routeOf } from './routes';

test('a field name with a slash survives the address', () => {
  expect(routeOf(href.history('e1', 'score/3'))).toEqual({ page: 'history', evaluation: 'e1', field: 'score/3' });
});

test('an unknown or empty address leads home', () => {
  expect(routeOf('')).toEqual({ page: 'home' });
  expect(routeOf('#/nowhere')).toEqual({ page: 'home' });
  expect(routeOf('#/score/')).toEqual({ page: 'home' });
});

test('every plain page is reached by its own address', () => {
  for (const to of [href.team, href.my, href.board, href.cycles, '#/import', href.phones, href.phone, href.signIn]) {
    expect(`#/${routeOf(to).page}`).toBe(to);
  }
});

test('nobody is sent to a page that the server refuses them', () => {
  expect(homeOf(['hr'])).toBe('board');
  expect(homeOf(['hr', 'supervisor'])).toBe('team');
  expect(homeOf(['hrbp'])).toBe('board');
  expect(homeOf(['admin'])).toBe('my');
  expect(homeOf([])).toBe('my');
});

test('a phone of the desk has an address of its own', () => {
  expect(routeOf('#/phones/d1')).toEqual({ page: 'phones', part: 'd1' });
  expect(routeOf(href.phones)).toEqual({ page: 'phones', part: '' });
});

test('an import has an address of its own, so that its progress survives a reload', () => {
  expect(routeOf('#/import/i1')).toEqual({ page: 'import', import: 'i1' });
  expect(routeOf('#/import')).toEqual({ page: 'import', import: '' });
});
