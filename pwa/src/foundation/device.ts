/** A name for this phone in the list of sessions and in a conflict: "Android · Chrome". Nothing that tells it apart. */
export function deviceLabel(userAgent: string): string {
  const first = (pairs: [RegExp, string][]): string => pairs.find(([shape]) => shape.test(userAgent))?.[1] ?? '?';
  const system = first([
    [/Android/, 'Android'],
    [/HarmonyOS|OpenHarmony/, 'HarmonyOS'],
    [/iPhone|iPad/, 'iOS'],
    [/Windows/, 'Windows'],
    [/Mac OS/, 'macOS'],
    [/Linux/, 'Linux'],
  ]);
  const browser = first([
    [/wxwork/i, 'WeCom'],
    [/MicroMessenger/, 'WeChat'],
    [/HuaweiBrowser/, 'Huawei'],
    [/Edg/, 'Edge'],
    [/Firefox|FxiOS/, 'Firefox'],
    [/Chrome|CriOS/, 'Chrome'],
    [/Safari/, 'Safari'],
  ]);
  return `${system} · ${browser}`;
}
