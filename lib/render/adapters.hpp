#pragma once

#include "render/subject.hpp"

namespace kaito::render {

[[nodiscard]] bool has_adapters(const Subject& subject);
/// Volumes, mounts, pullers and strengths of the adapters, into the pod and its main container (the
/// first). Source: 4.1.
void add_adapters(const Subject& subject, Pod& pod);

/// A container that pulls an image's /data, with the mount of its pull secrets first or last.
[[nodiscard]] Container image_puller(std::string name, std::string_view image,
                                     std::string_view directory);
/// The projected volume of pull secrets, a file SECRET.json for each.
[[nodiscard]] Volume pull_secrets_volume(std::string name, const std::vector<std::string>& secrets);

}  // namespace kaito::render
