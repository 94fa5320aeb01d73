#pragma once

#include <string>
#include <string_view>

/// The programs that init containers and side containers run. They are our own: they keep
/// upstream's contracts, not its text, and take what comes from outside as quoted assignments.
namespace kaito::render {

/// Pulls an image and moves its /data to `directory`. Source: 4.1.
[[nodiscard]] std::string puller_script(std::string_view image, std::string_view directory);
/// Downloads $DATA_URLS to $DATA_VOLUME_PATH. Source: 7.1.
[[nodiscard]] std::string downloader_script();
/// Waits for the trained adapter in `directory` and pushes it as an image. Source: 7.1.
[[nodiscard]] std::string pusher_script(std::string_view directory, std::string_view image,
                                        std::string_view preset);
/// fetch_sas.py: asks for a signed URL and writes $STREAM_ENV_FILE. Source: 1.7.
[[nodiscard]] std::string fetch_sas_script();

/// v0.3: the same download with its own file names. Source: 7.4.
[[nodiscard]] std::string old_downloader_script();
/// v0.3: builds and pushes the image of the results with docker. Source: 7.4.
[[nodiscard]] std::string old_pusher_script(std::string_view directory, std::string_view image);

}  // namespace kaito::render
