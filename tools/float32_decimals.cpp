// Which finite float32 values, from zero up, do not survive float32 -> shortest decimal -> float64 -> float32?
// `make decimals` compiles and runs it: all 2,139,095,040 of them, in about three minutes.
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstring>

int main() {
    uint64_t lost = 0;
    for (uint32_t bits = 0; bits < 0x7f800000u; ++bits) {
        float value, back;
        double wide;
        uint32_t after;
        char text[64];
        std::memcpy(&value, &bits, 4);
        auto end = std::to_chars(text, text + sizeof text, value).ptr;
        std::from_chars(text, end, wide);
        back = static_cast<float>(wide);
        std::memcpy(&after, &back, 4);
        if (after != bits) { ++lost; std::printf("%08x %.*s\n", bits, static_cast<int>(end - text), text); }
    }
    std::printf("%u values tried, %llu lost\n", 0x7f800000u, static_cast<unsigned long long>(lost));
}
