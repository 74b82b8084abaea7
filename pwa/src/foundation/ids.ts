/** An id on the wire of /api/sync: a UUID's 16 bytes as 22 characters of base64url. */
export function short(uuid: string): string {
  const bytes = uuid.replace(/-/g, '').match(/../g) ?? [];
  return btoa(String.fromCharCode(...bytes.map((hex) => parseInt(hex, 16))))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '');
}

/** The canonical UUID text of a 22-character id: what ordinary routes have in their path. */
export function unshort(id: string): string {
  const hex = [...atob(id.replace(/-/g, '+').replace(/_/g, '/'))]
    .map((char) => char.charCodeAt(0).toString(16).padStart(2, '0'))
    .join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
