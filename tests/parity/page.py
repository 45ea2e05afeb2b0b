"""Tables that a check writes into a page of docs/, between two marks."""
import re


def write_table(path, name, lines):
    """Replaces what stands between <!-- NAME: begin --> and <!-- NAME: end -->."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    with open(path, encoding="utf-8") as page:
        text = page.read()
    table = "\n".join([begin, *lines, end])
    text, count = re.subn(re.escape(begin) + ".*?" + re.escape(end), lambda _: table, text, flags=re.S)
    if count != 1:
        raise SystemExit(f"{path} has {count} places '{begin} … {end}': it needs one")
    with open(path, "w", encoding="utf-8") as page:
        page.write(text)
