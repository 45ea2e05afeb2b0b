#include <cstdlib>
#include <string>
#include <string_view>

#include "config/error.hpp"
#include "hub/cache_layout.hpp"
#include "hub/glob.hpp"
#include "hub/transport.hpp"
#include "hub/tree.hpp"
#include "hub/url.hpp"

namespace {

namespace hub = trainer::hub;

void demand(bool holds) {
  if (!holds) {
    std::abort();
  }
}

// Names that a listing gave are safe as names of files.
void check_path(const std::string& path) {
  demand(!path.empty() && path.front() != '/' && path.find('\0') == std::string::npos &&
         path != ".." && !path.starts_with("../") && path.find("/../") == std::string::npos &&
         !path.ends_with("/.."));
}

void check_tree(std::string_view text) {
  const hub::Tree tree = hub::parse_tree_page(text, "fuzz");
  for (const hub::TreeFile& file : tree) {
    check_path(file.path);
  }
  const auto again = hub::parse_kept_tree(hub::format_tree(tree));
  demand(again.has_value() && again->size() <= tree.size());  // a name twice is one file
}

void check_kept_tree(std::string_view text) {
  if (const auto tree = hub::parse_kept_tree(text)) {
    for (const hub::TreeFile& file : *tree) {
      check_path(file.path);
    }
    demand(hub::parse_kept_tree(hub::format_tree(*tree))->size() == tree->size());
  }
}

void check_description(std::string_view text) {
  const hub::RepoDescription description = hub::parse_description(text, "fuzz");
  demand(!description.commit || hub::is_commit(*description.commit));
  for (const std::string& path : description.paths) {
    check_path(path);
  }
}

// Where a redirect or a link may lead.
void check_addresses(std::string_view text) {
  const hub::Url from = *hub::Url::parse("https://hub.example/api/models/a/b?x=1");
  for (const auto& to : {hub::follow(from, text), hub::next_page(text, from)}) {
    demand(!to || (to->scheme == "https" && !to->host.empty()));
    if (to) {
      const auto again = hub::Url::parse(to->text());
      demand(again && *again == *to);
    }
  }
  if (const auto url = hub::Url::parse(text)) {
    demand(url->port >= 1 && url->port <= 65535 && hub::Url::parse(url->text()) == url);
  }
  demand(hub::printable_address(text).find('\n') == std::string::npos);
}

void check_headers(std::string_view text) {
  hub::HttpResponse response;
  response.status = 429;
  response.headers["retry-after"] = text;
  const auto wait = hub::retry_after(response, std::chrono::seconds(1'700'000'000));
  demand(!wait || wait->count() >= 0);
  response.headers.clear();
  response.headers["ratelimit"] = text;
  const auto limited = hub::retry_after(response, std::chrono::seconds(0));
  demand(!limited || (limited->count() >= 0 && limited->count() <= 1'000'000));
  const std::string tag = hub::normalized_etag(text);
  demand(!hub::is_blob_name(tag) || tag.find('/') == std::string::npos);
}

void check_glob(std::string_view text) {
  const std::size_t cut = text.find('\n');
  const std::string_view pattern = text.substr(0, cut);
  const std::string_view path = cut == std::string_view::npos ? pattern : text.substr(cut + 1);
  hub::glob_matches(pattern, path);
  demand(hub::glob_matches("*", path));
}

}  // namespace

// What a hub may answer: listings, descriptions, addresses, headers (and patterns of the user's).
// Refused with an Error, or safe to use as the names and places that they become. The first byte
// chooses the reader.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  using Check = void (*)(std::string_view);
  constexpr Check kChecks[] = {check_tree,      check_kept_tree, check_description,
                               check_addresses, check_headers,   check_glob};
  try {
    kChecks[data[0] % std::size(kChecks)](text);
  } catch (const trainer::Error& error) {
    demand(std::string_view(error.what()).find('\n') == std::string_view::npos);
  }
  return 0;
}
