#include "artifacts/s3_store.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <memory>
#include <thread>

#include <tracker/error.hpp>

#include "artifact/names.hpp"
#include "artifact/sha256.hpp"
#include "core/ids.hpp"

namespace tracker::artifacts {
namespace {

constexpr std::size_t kMostRefusal = 64u << 10;  // what is read of an answer that is an error

struct Sink {
  std::string* body;
  std::size_t most;
};

std::size_t take(char* data, std::size_t size, std::size_t count, void* target) {
  const Sink& sink = *static_cast<Sink*>(target);
  if (size * count > sink.most - sink.body->size()) return 0;  // curl ends the transfer
  sink.body->append(data, size * count);
  return size * count;
}

bool may_be_better_next_time(long status) {
  return status == 0 || status == 408 || status == 429 || status >= 500;
}

// Keeps its connections from one request to the next.
CURL* this_threads_handle() {
  thread_local const std::unique_ptr<CURL, decltype(&::curl_easy_cleanup)> handle(
      ::curl_easy_init(), ::curl_easy_cleanup);
  if (!handle) throw Error(ErrorCode::kInternal, "libcurl does not start");
  ::curl_easy_reset(handle.get());
  return handle.get();
}

// The words between <Code> and </Code> of S3's own errors.
std::string code_in(const std::string& body) {
  const auto from = body.find("<Code>");
  if (from == std::string::npos) return "";
  const auto to = body.find("</Code>", from);
  return artifact::shown(body.substr(from + 6, std::min<std::size_t>(to - from - 6, 80)));
}

bool is_name(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_' || c == '/';
  });
}

}  // namespace

S3Store::S3Store(S3Options options) : options_(std::move(options)) {
  static const CURLcode started = ::curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK) throw Error(ErrorCode::kInternal, "libcurl does not start");
  if (options_.bucket.empty() || !is_name(options_.bucket) ||
      options_.bucket.find('/') != std::string::npos || !is_name(options_.folder))
    throw Error(ErrorCode::kInvalidArgument,
                "the artifact store is not s3://BUCKET or s3://BUCKET/FOLDER");
  if (!options_.endpoint.starts_with("http://") && !options_.endpoint.starts_with("https://"))
    throw Error(ErrorCode::kInvalidArgument, "the S3 endpoint is not http://… or https://…");
  if (options_.access_key.empty() || options_.secret_key.empty())
    throw Error(ErrorCode::kInvalidArgument,
                "the artifact store in S3 needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
}

std::string S3Store::url_of(const std::string& key) const {
  const std::string name = key.substr(std::min(key.size(), prefix().size()));
  if (!key.starts_with(prefix()) || !core::Uuid::parse(name))
    throw Error(ErrorCode::kDataLoss, "the database names an object that this store cannot have");
  std::string url = options_.endpoint;
  while (url.ends_with('/')) url.pop_back();
  return url + "/" + options_.bucket + "/" + options_.folder + name.substr(0, 2) + "/" + name;
}

S3Store::Answer S3Store::request(const char* method, const std::string& key, std::string_view body,
                                 std::size_t most) const {
  Answer out;
  Sink sink{&out.body, std::max(most, kMostRefusal)};
  const std::string url = url_of(key), user = options_.access_key + ":" + options_.secret_key,
                    signature = "aws:amz:" + options_.region + ":s3";
  CURL* curl = this_threads_handle();
  ::curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  ::curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
  ::curl_easy_setopt(curl, CURLOPT_USERPWD, user.c_str());
  ::curl_easy_setopt(curl, CURLOPT_AWS_SIGV4, signature.c_str());
  ::curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  ::curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  ::curl_easy_setopt(curl, CURLOPT_TIMEOUT, static_cast<long>(options_.timeout.count()));
  ::curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 10L);
  ::curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
  ::curl_easy_setopt(curl, CURLOPT_WRITEDATA, &sink);
  // libcurl signs this one with the others, and takes it for the digest of the body.
  const std::string digest = "x-amz-content-sha256: " + artifact::sha256(body).hex();
  curl_slist* headers = ::curl_slist_append(nullptr, digest.c_str());
  headers = ::curl_slist_append(headers, "Content-Type: application/octet-stream");
  const std::unique_ptr<curl_slist, decltype(&::curl_slist_free_all)> owned(headers,
                                                                            ::curl_slist_free_all);
  ::curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  if (!body.empty()) {
    ::curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    ::curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.data());
  }
  // An `Expect:` that takes the header away would be signed with the others, by libcurl 7.88.
  ::curl_easy_setopt(curl, CURLOPT_EXPECT_100_TIMEOUT_MS, 1L);
  const CURLcode result = ::curl_easy_perform(curl);
  ::curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &out.status);
  if (result == CURLE_WRITE_ERROR)
    throw Error(ErrorCode::kDataLoss, "the artifact store sent another object than was put there");
  if (result != CURLE_OK) out = {0, "", ::curl_easy_strerror(result)};
  return out;
}

S3Store::Answer S3Store::persist(const char* method, const std::string& key, std::string_view body,
                                 std::size_t most) const {
  Answer answer;
  for (int attempt = 0; attempt < options_.attempts; ++attempt) {
    if (attempt > 0) std::this_thread::sleep_for(std::chrono::milliseconds(100 << attempt));
    answer = request(method, key, body, most);
    if (!may_be_better_next_time(answer.status)) break;
  }
  const bool missing = answer.status == 404 && code_in(answer.body) != "NoSuchBucket";
  if ((answer.status >= 200 && answer.status < 300) || missing) return answer;
  const std::string code = code_in(answer.body);
  throw Error(
      ErrorCode::kUnavailable,
      "the artifact store at " + options_.endpoint + " does not take a " + method + ": " +
          (answer.status == 0 ? answer.failure : std::to_string(answer.status) + " " + code) +
          ": see --artifact-store and the keys of S3");
}

void S3Store::put(const std::string& key, std::string_view bytes) {
  if (persist("PUT", key, bytes, 0).status == 404)
    throw Error(ErrorCode::kUnavailable, "the artifact store takes no objects");
}

std::string S3Store::get(const std::string& key, std::uint32_t most) {
  Answer answer = persist("GET", key, {}, most);
  if (answer.status == 404 || answer.body.size() > most)
    throw Error(ErrorCode::kDataLoss, "the artifact store has lost the object " + key);
  return std::move(answer.body);
}

void S3Store::remove(const std::string& key) { persist("DELETE", key, {}, 0); }

}  // namespace tracker::artifacts
