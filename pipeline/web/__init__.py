"""The web application: pages and a JSON API over a workspace's tables, and the analysts' review desk."""
