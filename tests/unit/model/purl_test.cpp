#include "model/purl.hpp"

#include <doctest/doctest.h>

#include <random>

#include "base/text.hpp"

using namespace gatepost;

TEST_CASE("purl: canonical forms, as the specification and its type definitions have them") {
  struct Case {
    std::string_view given, canonical;
  };
  const Case cases[] = {
      // The specification's own examples.
      {"pkg:bitbucket/birkenfeld/pygments-main@244fd47e07d1014f0aed9c",
       "pkg:bitbucket/birkenfeld/pygments-main@244fd47e07d1014f0aed9c"},
      {"pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=jessie", "pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=jessie"},
      {"pkg:docker/cassandra@sha256:244fd47e07d1004f0aed9c", "pkg:docker/cassandra@sha256:244fd47e07d1004f0aed9c"},
      {"pkg:docker/customer/dockerimage@sha256%3A244fd47e07d1004f0aed9c?repository_url=gcr.io",
       "pkg:docker/customer/dockerimage@sha256:244fd47e07d1004f0aed9c?repository_url=gcr.io"},
      {"pkg:gem/jruby-launcher@1.1.2?platform=java", "pkg:gem/jruby-launcher@1.1.2?platform=java"},
      {"pkg:gem/ruby-advisory-db-check@0.12.4", "pkg:gem/ruby-advisory-db-check@0.12.4"},
      {"pkg:github/package-url/purl-spec@244fd47e07d1004f0aed9c",
       "pkg:github/package-url/purl-spec@244fd47e07d1004f0aed9c"},
      {"pkg:golang/google.golang.org/genproto#googleapis/api/annotations",
       "pkg:golang/google.golang.org/genproto#googleapis/api/annotations"},
      {"pkg:maven/org.apache.xmlgraphics/batik-anim@1.9.1?packaging=sources",
       "pkg:maven/org.apache.xmlgraphics/batik-anim@1.9.1?packaging=sources"},
      {"pkg:maven/org.apache.xmlgraphics/batik-anim@1.9.1?repository_url=repo.spring.io/release",
       "pkg:maven/org.apache.xmlgraphics/batik-anim@1.9.1?repository_url=repo.spring.io/release"},
      {"pkg:npm/%40angular/animation@12.3.1", "pkg:npm/%40angular/animation@12.3.1"},
      {"pkg:npm/foobar@12.3.1", "pkg:npm/foobar@12.3.1"},
      {"pkg:nuget/EnterpriseLibrary.Common@6.0.1304", "pkg:nuget/EnterpriseLibrary.Common@6.0.1304"},
      {"pkg:pypi/django@1.11.1", "pkg:pypi/django@1.11.1"},
      {"pkg:rpm/fedora/curl@7.50.3-1.fc25?arch=i386&distro=fedora-25",
       "pkg:rpm/fedora/curl@7.50.3-1.fc25?arch=i386&distro=fedora-25"},
      {"pkg:rpm/opensuse/curl@7.56.1-1.1.?arch=i386&distro=opensuse-tumbleweed",
       "pkg:rpm/opensuse/curl@7.56.1-1.1.?arch=i386&distro=opensuse-tumbleweed"},
      // Scheme and slashes.
      {"PKG:npm/foobar@1", "pkg:npm/foobar@1"},
      {"pkg:/maven/org.apache.commons/io", "pkg:maven/org.apache.commons/io"},
      {"pkg://maven/org.apache.commons/io", "pkg:maven/org.apache.commons/io"},
      {"pkg:///maven//org.apache.commons//io/", "pkg:maven/org.apache.commons/io"},
      {" pkg:npm/foobar@1\n", "pkg:npm/foobar@1"},
      // What types do to letters.
      {"pkg:ALPM/Arch/Pacman@6.0.1-1?arch=x86_64", "pkg:alpm/arch/pacman@6.0.1-1?arch=x86_64"},
      {"pkg:apk/Alpine/Curl@7.83.0-r0", "pkg:apk/alpine/curl@7.83.0-r0"},
      {"pkg:bitbucket/birKenfeld/pyGments-main@244fd47e07d1014f0aed9c",
       "pkg:bitbucket/birkenfeld/pygments-main@244fd47e07d1014f0aed9c"},
      {"pkg:bitnami/WordPress@6.2.0?arch=arm64", "pkg:bitnami/wordpress@6.2.0?arch=arm64"},
      {"pkg:cargo/Structopt@0.3.11", "pkg:cargo/Structopt@0.3.11"},
      {"pkg:cocoapods/AFNetworking@4.0.1", "pkg:cocoapods/AFNetworking@4.0.1"},
      {"pkg:composer/Laravel/Laravel@5.5.0", "pkg:composer/laravel/laravel@5.5.0"},
      {"pkg:conan/bincrafters/SDL2@1.2.3?channel=stable", "pkg:conan/bincrafters/SDL2@1.2.3?channel=stable"},
      {"pkg:conda/absl-py@0.4.1?subdir=linux-64&build=py36h06a4308_0&channel=main",
       "pkg:conda/absl-py@0.4.1?build=py36h06a4308_0&channel=main&subdir=linux-64"},
      {"pkg:cpan/DROLSKY/DateTime@1.55", "pkg:cpan/DROLSKY/DateTime@1.55"},
      {"pkg:cran/A3@0.9.1", "pkg:cran/A3@0.9.1"},
      {"pkg:deb/Debian/Attr@1:2.4.47-2%2Bb1?arch=source", "pkg:deb/debian/attr@1:2.4.47-2%2Bb1?arch=source"},
      {"pkg:generic/OpenSSL@1.1.10g", "pkg:generic/OpenSSL@1.1.10g"},
      {"pkg:github/Package-url/purl-Spec@244fd47e", "pkg:github/package-url/purl-spec@244fd47e"},
      {"pkg:golang/GitHub.com/Gorilla/Context@v1.0.0+incompatible",
       "pkg:golang/github.com/gorilla/context@v1.0.0%2Bincompatible"},
      {"pkg:hackage/AC-HalfInteger@1.2.1", "pkg:hackage/AC-HalfInteger@1.2.1"},
      {"pkg:hex/Acme/Foo@2.3.", "pkg:hex/acme/foo@2.3."},
      {"pkg:huggingface/microsoft/DeBERTa-v3-base@559062AD13D311B87B2C",
       "pkg:huggingface/microsoft/DeBERTa-v3-base@559062ad13d311b87b2c"},
      {"pkg:luarocks/Hisham/LuaFilesystem@1.8.0-1", "pkg:luarocks/hisham/luafilesystem@1.8.0-1"},
      {"pkg:maven/Org.Apache/IO@1.3.4", "pkg:maven/Org.Apache/IO@1.3.4"},
      {"pkg:mlflow/CreditFraud@3", "pkg:mlflow/CreditFraud@3"},
      {"pkg:npm/LoDash@4.17.21", "pkg:npm/lodash@4.17.21"},
      {"pkg:npm/%40MyScope/MyPackage@1.0.0", "pkg:npm/%40myscope/mypackage@1.0.0"},
      {"pkg:oci/Debian@sha256%3A244fd47e07d10?tag=latest", "pkg:oci/debian@sha256:244fd47e07d10?tag=latest"},
      {"pkg:otp/Stdlib@3.11.2", "pkg:otp/stdlib@3.11.2"},
      {"pkg:pub/Characters@1.2.0", "pkg:pub/characters@1.2.0"},
      {"pkg:pypi/Django_allauth@12.23", "pkg:pypi/django-allauth@12.23"},
      {"pkg:pypi/My.PyPI_.--._Package@1.11.1.Dev1", "pkg:pypi/my-pypi-package@1.11.1.dev1"},
      {"pkg:qpkg/BlackBerry/com.qnx.qnx710.foo@7.10", "pkg:qpkg/blackberry/com.qnx.qnx710.foo@7.10"},
      {"pkg:rpm/Fedora/Curl@7.50.3-1.fc25", "pkg:rpm/fedora/Curl@7.50.3-1.fc25"},
      {"pkg:swift/github.com/Alamofire/Alamofire@5.4.3", "pkg:swift/github.com/Alamofire/Alamofire@5.4.3"},
      {"pkg:vscode-extension/MS-Python/Python@2023.25", "pkg:vscode-extension/ms-python/python@2023.25"},
      {"pkg:yocto/Core/glibc@2.35", "pkg:yocto/core/glibc@2.35"},
      // Escapes.
      {"pkg:npm/mypackage@12.4.5?vcs_url=git://host.com/path/to/repo.git%404345abcd34343",
       "pkg:npm/mypackage@12.4.5?vcs_url=git://host.com/path/to/repo.git%404345abcd34343"},
      {"pkg:npm/foo@1.2.3-alpha.1+build.456", "pkg:npm/foo@1.2.3-alpha.1%2Bbuild.456"},
      {"pkg:generic/100%25%20sure@1%200", "pkg:generic/100%25%20sure@1%200"},
      {"pkg:generic/a%2fb@1", "pkg:generic/a%2Fb@1"},
      {"pkg:generic/a%2fb/c@1", "pkg:generic/a/b/c@1"},  // a segment cannot hold a slash
      {"pkg:generic/b\xC3\xA4r@1", "pkg:generic/b%C3%A4r@1"},
      {"pkg:generic/x%zz@1%", "pkg:generic/x%25zz@1%25"},
      {"pkg:generic/x%00y", "pkg:generic/x%2500y"},  // nobody gets a NUL
      {"pkg:npm/foo@1.0.0#src/%F0%9F%98%83/file.js", "pkg:npm/foo@1.0.0#src/%F0%9F%98%83/file.js"},
      // Qualifiers.
      {"pkg:maven/a/b@1?Type=pom&classifier=x", "pkg:maven/a/b@1?classifier=x&type=pom"},
      {"pkg:maven/a/b@1?type=&classifier=x&flag", "pkg:maven/a/b@1?classifier=x"},
      {"pkg:maven/a/b@1?", "pkg:maven/a/b@1"},
      {"pkg:generic/openssl@1.1.10g?checksum=sha1:ad9503c,sha256:41bf908",
       "pkg:generic/openssl@1.1.10g?checksum=sha1:ad9503c%2Csha256:41bf908"},
      {"pkg:maven/a/b@1?url=x%3Fy%3Dz%26w", "pkg:maven/a/b@1?url=x%3Fy%3Dz%26w"},
      // Subpaths.
      {"pkg:golang/google.golang.org/genproto@abc#/googleapis//./api/../annotations/",
       "pkg:golang/google.golang.org/genproto@abc#googleapis/api/annotations"},
      {"pkg:generic/x#a%2F..%2Fb", "pkg:generic/x#a/b"},
      {"pkg:generic/x#", "pkg:generic/x"},
      // What people write.
      {"pkg:npm/@babel/core#/lib/", "pkg:npm/%40babel/core#lib"},
      {"pkg:npm/@angular/animation@12.3.1", "pkg:npm/%40angular/animation@12.3.1"},
      {"pkg:generic/x@feature/branch", "pkg:generic/x@feature%2Fbranch"},
      {"pkg:npm/foobar@", "pkg:npm/foobar"},
  };
  CHECK(std::size(cases) >= 60);
  for (const Case& it : cases) {
    CAPTURE(it.given);
    const auto purl = Purl::parse(it.given);
    REQUIRE(purl);
    CHECK(purl->to_string() == it.canonical);
    const auto again = Purl::parse(purl->to_string());
    REQUIRE(again);
    CHECK(*again == *purl);
  }
}

TEST_CASE("purl: what is none") {
  for (const std::string_view text : {"",
                                      "pkg:",
                                      "pkg:npm",
                                      "pkg:npm/",
                                      "pkg:/npm/",
                                      "EnterpriseLibrary.Common@6.0.1304",
                                      "pkg:EnterpriseLibrary.Common@6.0.1304",
                                      "pkg%3Amaven/org.apache.commons/io",
                                      "pkg:n&g?inx/nginx@0.8.9",
                                      "pkg:3nginx/nginx@0.8.9",
                                      "pkg:nginx:a/nginx@0.8.9",
                                      "pkg:.x/nginx",
                                      "pkg:a+b/nginx",
                                      "pkg:maven/@1.3.4",
                                      "pkg:npm/myartifact@1.0.0?in%20production=true",
                                      "pkg:npm/a@1?1x=y",
                                      "pkg:npm/a@1?=y",
                                      "pkg:npm/a@1?x=1&X=2",
                                      "pkg:npm/a\nb@1",
                                      "https://example.org/x",
                                      "lodash@4.17.21"}) {
    CAPTURE(text);
    CHECK_FALSE(Purl::parse(text));
  }
  CHECK_FALSE(Purl::parse("pkg:npm/" + std::string(5000, 'x')));
}

TEST_CASE("purl: the parts are decoded") {
  const auto purl = Purl::parse("pkg:maven/org.apache/commons%20io@1%2B2?b=2&A=x%26y#a/b");
  REQUIRE(purl);
  CHECK(purl->type() == "maven");
  CHECK(purl->name_space() == "org.apache");
  CHECK(purl->name() == "commons io");
  CHECK(purl->version() == "1+2");
  REQUIRE(purl->qualifiers().size() == 2);
  CHECK(purl->qualifiers()[0] == std::pair<std::string, std::string>("a", "x&y"));
  CHECK(purl->subpath() == "a/b");
  CHECK(purl->package() == "pkg:maven/org.apache/commons%20io");
  CHECK(Purl::parse("pkg:npm/@scope/name@1")->name_space() == "@scope");
}

TEST_CASE("purl: made from parts as tools state them") {
  CHECK(Purl::make("npm", "@Angular", "Core", "1.0")->to_string() == "pkg:npm/%40angular/core@1.0");
  CHECK(Purl::make("maven", "org.x", "a/b", "")->to_string() == "pkg:maven/org.x/a%2Fb");
  CHECK(Purl::make("golang", "/github.com//x/", "y", "v1")->to_string() == "pkg:golang/github.com/x/y@v1");
  CHECK(Purl::make("PyPI", "", "Zope.Interface", "5")->to_string() == "pkg:pypi/zope-interface@5");
  CHECK_FALSE(Purl::make("npm", "", "", "1"));
  CHECK_FALSE(Purl::make("", "", "x", "1"));
  CHECK_FALSE(Purl::make("n m", "", "x", "1"));
  CHECK_FALSE(Purl::make("npm", "", std::string_view("a\0b", 3), "1"));
}

TEST_CASE("purl: reading what was written changes nothing, whatever the text") {
  static constexpr std::string_view kPieces[] = {"pkg:", "npm", "pypi", "golang", "/",  "@",   "?", "#",     "&",
                                                 "=",    "%2F", "%40",  "%",      "..", ".",   "a", "B",     "_",
                                                 "-",    "%00", "%zz",  "\xFF",   "ä",  "%2e", " ", "%2523", ":"};
  std::mt19937 random(17);
  int read = 0;
  for (int round = 0; round < 200'000; ++round) {
    std::string text = "pkg:npm/";
    for (std::size_t n = random() % 9; n-- > 0;) text += kPieces[random() % std::size(kPieces)];
    const auto purl = Purl::parse(text);
    if (!purl) continue;
    ++read;
    CAPTURE(text);
    const std::string canonical = purl->to_string();
    const auto again = Purl::parse(canonical);
    REQUIRE_MESSAGE(again, canonical);
    REQUIRE(again->to_string() == canonical);
    REQUIRE(*again == *purl);
    REQUIRE(text::is_utf8(canonical));
  }
  CHECK(read > 20'000);
}

TEST_CASE("purl: the type is told without the rest") {
  CHECK(purl_type("pkg:npm/lodash@1") == "npm");
  CHECK(purl_type("pkg:deb/debian/apt") == "deb");
  CHECK(purl_type("pkg:npm") == "");
  CHECK(purl_type("npm/lodash") == "");
  CHECK(purl_type("") == "");
}
