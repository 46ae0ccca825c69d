from django.contrib.staticfiles.apps import StaticFilesConfig


class StaticFiles(StaticFilesConfig):
    """Leaves viewflow's files out: its pages are not used, and a stylesheet of it names fonts that it does not ship,
    at which collectstatic for production stops."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "viewflow"]
