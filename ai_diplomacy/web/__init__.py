"""What every server of pages needs: guards of hosts, content and paths, and the map's geometry."""
