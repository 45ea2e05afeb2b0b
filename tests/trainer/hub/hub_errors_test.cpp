#include "hub/hub_errors.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trainer::hub {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

HttpResponse answer(int status, const std::string& code = {}) {
  HttpResponse response;
  response.status = status;
  response.url = "https://huggingface.co/org/m/resolve/main/config.json";
  if (!code.empty()) {
    response.headers["x-error-code"] = code;
  }
  return response;
}

std::string words(const HttpResponse& response, const std::string& token = {}) {
  HubSettings settings;
  settings.token = token;
  return refusal_error(response, settings, Repo{.id = "org/m", .revision = "v2"}).what();
}

TEST(HubErrors, a_bare_401_means_missing_private_or_gated) {
  EXPECT_THAT(words(answer(401)), AllOf(HasSubstr("no model 'org/m' on https://huggingface.co"),
                                        HasSubstr("HF_TOKEN")));
  EXPECT_THAT(words(answer(404, "RepoNotFound"), "t"), HasSubstr("the token in use"));
}

TEST(HubErrors, gated_names_the_page_with_the_conditions) {
  EXPECT_THAT(words(answer(401, "GatedRepo")),
              AllOf(HasSubstr("accept its conditions at https://huggingface.co/org/m"),
                    HasSubstr("set HF_TOKEN")));
  EXPECT_THAT(words(answer(403, "GatedRepo"), "t"), HasSubstr("the token in use has no access"));
}

TEST(HubErrors, a_wrong_token_is_said_to_be_wrong) {
  HttpResponse response = answer(401);
  response.headers["x-error-message"] = "Invalid credentials in Authorization header";
  EXPECT_EQ(refusal_of(response), Refusal::kBadToken);
  EXPECT_THAT(words(response, "t"), HasSubstr("does not accept the token"));
}

TEST(HubErrors, what_the_hub_says_itself_is_told) {
  HttpResponse response = answer(403);
  response.headers["x-error-message"] = "Access to this resource is disabled.";
  EXPECT_EQ(refusal_of(response), Refusal::kDisabled);
  EXPECT_THAT(words(response), HasSubstr("has been disabled by the hub"));
  response.headers["x-error-message"] = "Please pay\x1b[2J first";
  EXPECT_THAT(words(response),
              HasSubstr("403, forbidden, for model 'org/m' (it says: Please pay?[2J first)"));
  EXPECT_THAT(words(response, "t"), HasSubstr("the token in use lacks the right"));
}

TEST(HubErrors, a_proxy_without_its_user_is_told_from_a_hub) {
  EXPECT_EQ(refusal_of(answer(407)), Refusal::kProxy);
  EXPECT_THAT(words(answer(407)), HasSubstr("http://USER:PASSWORD@HOST:PORT"));
}

TEST(HubErrors, the_end_of_a_rate_limit_is_told) {
  HttpResponse response = answer(429);
  response.headers["ratelimit"] = R"("api";r=0;t=155)";
  EXPECT_THAT(words(response), HasSubstr("(retry after 155)"));
}

TEST(HubErrors, each_refusal_has_its_remedy) {
  EXPECT_THAT(words(answer(404, "RevisionNotFound")),
              AllOf(HasSubstr("no revision 'v2'"), HasSubstr("/tree/main")));
  EXPECT_THAT(words(answer(403)), HasSubstr("forbidden"));
  EXPECT_THAT(words(answer(429)), AllOf(HasSubstr("429"), HasSubstr("HF_TOKEN")));
  EXPECT_THAT(words(answer(503)), AllOf(HasSubstr("503"), HasSubstr("try later")));
  EXPECT_THAT(words(answer(418)), HasSubstr("is HF_ENDPOINT a hub"));
}

TEST(HubErrors, a_blocked_content_host_is_named) {
  HttpResponse response;
  response.url = "https://cdn.example/x?Signature=secret";
  response.failure = "Could not resolve host: cdn.example";
  EXPECT_THAT(
      words(response),
      AllOf(HasSubstr("https://cdn.example (where https://huggingface.co sends for the file) "
                      "cannot be reached: Could not resolve host"),
            Not(HasSubstr("secret"))));
}

TEST(HubErrors, a_certificate_that_is_not_trusted_names_the_variable) {
  HttpResponse response;
  response.url = "https://huggingface.co/x";
  response.failure = "SSL certificate problem: self-signed certificate";
  EXPECT_THAT(words(response), HasSubstr("SSL_CERT_FILE"));
}

TEST(HubErrors, the_token_is_never_in_the_words) {
  for (const int status : {0, 401, 403, 404, 429, 500}) {
    EXPECT_THAT(words(answer(status), "hf_secret"), Not(HasSubstr("hf_secret")));
  }
}

}  // namespace
}  // namespace trainer::hub
