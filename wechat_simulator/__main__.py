"""Start the simulator on its own: `python -m wechat_simulator [options]`, the same command as `wxbot simulator`."""

from wechat_simulator.command import simulator

__all__: list[str] = []

if __name__ == "__main__":
    simulator(prog_name="python -m wechat_simulator")
