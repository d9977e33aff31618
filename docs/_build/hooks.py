"""What the site generates from the product: pictures, recipe pages, tables of encoders, weights."""

import re
from pathlib import Path

import pages  # mkdocs has this folder on the path only while it loads the hook
import pictures

REPOSITORY_LINK = re.compile(r"\]\(docs/")
SENTENCES = re.compile(
    r'<div class="(?=language-text highlight"><pre><span></span><code>seehear: )'
)


def on_files(files, config):
    """Add the generated pages and pictures before navigation is built."""
    from mkdocs.structure.files import File

    assets = Path(config["docs_dir"]) / "assets"
    for path in pictures.draw(assets):
        files.append(
            File(
                f"assets/{path.name}",
                config["docs_dir"],
                config["site_dir"],
                config["use_directory_urls"],
            )
        )
    for uri, text in pages.generate().items():
        files.append(File.generated(config, uri, content=text))
    return files


def on_page_markdown(markdown, page, config, files):
    """The README doubles as the start page: links from and to it are those of the repository."""
    markdown = pages.fill(markdown).replace("](../README.md", "](index.md")
    return REPOSITORY_LINK.sub("](", markdown) if page.file.src_uri == "index.md" else markdown


def on_page_content(html, page, config, files):
    """What seehear says in sentences is marked: its lines may be broken anywhere on a phone."""
    return SENTENCES.sub('<div class="sentences ', html)
