import { World } from './world/world.tsx';

export function App() {
  return <World zone="Etc/UTC" />;
}
