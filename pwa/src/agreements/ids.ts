/** An id of a row, 22 characters of base64url, as the ordinary routes name it. */
export function uuidOf(id: string): string {
  const bytes = atob(id.replace(/-/g, '+').replace(/_/g, '/') + '==');
  const hex = [...bytes].map((byte) => byte.charCodeAt(0).toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
