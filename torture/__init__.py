"Attempts to make a durable storage lose, tear or resurrect a write: kills, power cuts, failing disks, traffic, damage, nonsense."
