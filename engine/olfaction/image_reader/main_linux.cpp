// SPDX-License-Identifier: GPL-3.0-or-later
// bnof-image-reader serve: decodes pictures, films and cameras with OpenCV for the process that started it
// (image_protocol.h) on its standard input and output, which are one socket.
#include <algorithm>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>

#include "engine/olfaction/image_reader/image_protocol.h"

using namespace bnof::olfaction;

namespace {

/// Of address space: enough for any film, too little for a picture that claims to be a gigapixel.
constexpr rlim_t mostMemory = 4ULL << 30;

void send(const void* from, std::size_t size)
{
    const char* at = static_cast<const char*>(from);
    while (size > 0) {
        const ssize_t n = ::write(STDOUT_FILENO, at, size);
        if (n <= 0)
            std::_Exit(0); // nobody listens any more
        at += n;
        size -= static_cast<std::size_t>(n);
    }
}

void fail(const std::string& text)
{
    const ImageReply head{ImageReply::Failure, 0, static_cast<std::uint32_t>(text.size()), 0, 0};
    send(&head, sizeof head);
    send(text.data(), text.size());
}

void nothing()
{
    const ImageReply head{ImageReply::Nothing, 0, 0, 0, 0};
    send(&head, sizeof head);
}

void sendImage(cv::Mat image, double seconds)
{
    if (image.cols > static_cast<int>(largestSide) || image.rows > static_cast<int>(largestSide))
        return fail("the image has more than 8192 pixels along a side");
    if (image.channels() > 1)
        cv::cvtColor(image, image, image.channels() == 4 ? cv::COLOR_BGRA2GRAY : cv::COLOR_BGR2GRAY);
    if (image.depth() != CV_8U && image.depth() != CV_16U)
        return fail("the image has neither 8 nor 16 bits a pixel");
    const ImageReply head{ImageReply::Frame, image.depth() == CV_8U ? 8U : 16U, static_cast<std::uint32_t>(image.cols),
                          static_cast<std::uint32_t>(image.rows), seconds};
    cv::Mat wide;
    image.convertTo(wide, CV_16U);
    send(&head, sizeof head);
    for (int row = 0; row < wide.rows; ++row)
        send(wide.ptr(row), static_cast<std::size_t>(wide.cols) * 2);
}

class Server {
public:
    void answer(const std::string& request)
    {
        const std::string rest = request.size() > 5 ? request.substr(5) : std::string();
        if (request.starts_with("read ")) {
            const cv::Mat image = cv::imread(rest, cv::IMREAD_ANYDEPTH | cv::IMREAD_GRAYSCALE);
            image.empty() ? fail("this is not an image that can be read") : sendImage(image, 0);
        } else if (request.starts_with("open ")) {
            int camera = -1;
            const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), camera);
            const bool isCamera = error == std::errc() && end == rest.data() + rest.size();
            m_isCamera = isCamera;
            m_opened = std::chrono::steady_clock::now();
            m_frames = 0;
            const bool opened = isCamera ? m_capture.open(camera) : m_capture.open(rest);
            opened ? nothing() : fail(isCamera ? "there is no such camera" : "this film cannot be read");
        } else if (request.starts_with("next ")) {
            next();
        } else {
            fail("this request is not understood");
        }
    }

private:
    void next()
    {
        cv::Mat image;
        if (!m_capture.isOpened() || !m_capture.read(image) || image.empty())
            return nothing();
        const double rate = m_capture.get(cv::CAP_PROP_FPS);
        const double now = std::chrono::duration<double>(std::chrono::steady_clock::now() - m_opened).count();
        const double seconds = m_isCamera ? now : static_cast<double>(m_frames) / (rate > 0 ? rate : 25);
        ++m_frames;
        sendImage(image, seconds);
    }

    cv::VideoCapture m_capture;
    bool m_isCamera = false;
    std::uint64_t m_frames = 0;
    std::chrono::steady_clock::time_point m_opened;
};

} // namespace

int main(int argc, char** argv)
{
    if (argc != 2 || std::string(argv[1]) != "serve") {
        std::cerr << "bnof-image-reader reads images for bnof; it is not called by people.\n";
        return 2;
    }
    ::prctl(PR_SET_PDEATHSIG, SIGKILL); // no reader without its user
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::setrlimit(RLIMIT_FSIZE, &none);
    std::signal(SIGXFSZ, SIG_IGN); // its libraries try to write caches; they may not, and live on
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) // whose shadow needs more address space
    const rlimit memory{mostMemory, mostMemory};
    ::setrlimit(RLIMIT_AS, &memory);
#endif
    cv::setNumThreads(1);
    Server server;
    std::string request;
    while (std::getline(std::cin, request)) {
        try {
            server.answer(request);
        } catch (const std::exception&) {
            fail("the image is damaged");
        }
    }
    std::_Exit(0); // without the libraries' own clearing up, which gains nothing
}
